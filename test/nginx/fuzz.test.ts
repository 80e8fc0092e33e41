/** Any text of a plan, at any place of the file, is either refused by the token functions or read by nginx as that same text. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { because, block, entry, line, section } from '#src/emit/nginx/directives.js';
import { nginxPrint } from '#src/emit/nginx/print.js';
import { $, literally, mapKey, mapPattern, network, serverName, template, text, TokenError, word, type Token } from '#src/emit/nginx/tokens.js';
import type { Item } from '#src/emit/nginx/types.js';
import { freePort, NGINXES, NO_NGINX, start, writeFiles } from './binaries.js';
import { randomOf, SEED, type Random } from '../support/random.js';
import { get, send } from './raw.js';

const COUNT = 300;
const PIECES = [
  ';', '{', '}', '"', "'", '\\', '$', '#', '~', '~*', ' ', '  ', '\n', '\r\n', '\t', '\0', '\x7f', '(', ')', '[', ']', '*', '+', '?', '^', '|', '.',
  '/', ':', '=', ',', '%', '&', '<', '>', '@', '`', '!', '-', '_',
  'a', 'b', 'Z', '0', '9', 'default', 'include', 'hostnames', 'volatile', 'n', 't', 'r', 'x', '${a}', '$host', '$1', '${', '\\n', '\\"', '\\\\', '//',
  '/*', '*/', 'é', '—', '漢', '\u2028', ';}', '";', "';", 'map', 'server {', '} #',
];

/** Texts without spaces at their ends. The texts are sent to nginx in a header, where such spaces would be lost. */
function strings(random: Random): readonly string[] {
  return Array.from({ length: COUNT }, () => Array.from({ length: 1 + random.below(8) }, () => random.pick(PIECES)).join('').trim());
}

function made<T extends Token>(make: (value: string) => T, value: string): T | null {
  try {
    return make(value);
  } catch (error) {
    assert.ok(error instanceof TokenError, `${JSON.stringify(value)}: ${String(error)}`);
    return null;
  }
}

const latin1 = (value: string): string => Buffer.from(value).toString('latin1');
const lower = (value: string): string => value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

describe('tokens, whatever they hold', { skip: NO_NGINX }, () => {
  for (const nginx of NGINXES) {
    it(`mean themselves in nginx ${nginx.version}, seed ${SEED}`, async () => {
      const random = randomOf();
      const values = [...new Set(['', '~', '\\', '\\\\', 'default', '\\default', '"', "'", '"\'', '\\"', ...strings(random)])];
      const texts = values.map((value) => made(text, value));
      const words = values.map((value) => made(word, value));
      const templates = values.map((value) => made((part) => template('<', $('scheme'), part, $('scheme'), '>'), value));
      const keys = values.map((value) => made(mapKey, value));
      const patterns = values.map((value) => made((source) => mapPattern(`^${literally(source)}$`), value));
      const port = await freePort();
      const items: Item[] = [
        line('pid', text('/tmp/nginx.pid')),
        line('error_log', 'stderr', 'crit'),
        block('events', [], [line('worker_connections', '64')]),
        block('http', [], [
          line('access_log', 'off'),
          line('map_hash_bucket_size', '256'),
          line('map_hash_max_size', '8192'),
          line('ignore_invalid_headers', 'off'),
          ...['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'].map((kind) => line(`${kind}_temp_path`, text(`/tmp/nginx-${kind}`))),
          section(values.join(''), ...values),
          mapOf('mcp_host', distinct(keys, values)),
          mapOf('mcp_path', patterns.flatMap((key, index) => (key ? [[key, index] as const] : []))),
          block('server', [], [
            line('listen', word(`127.0.0.1:${port}`)),
            ...[texts, words, templates].flatMap((tokens, kind) =>
              tokens.flatMap((token, index) => {
                if (!token) return [];
                return [because(values[index]!, block('location', ['=', text(`/${kind}/${index}`)], [line('return', '200', token)]))];
              }),
            ),
            block('location', ['=', text('/key')], [line('return', '200', $('mcp_host'))]),
            block('location', ['=', text('/pattern')], [line('return', '200', $('mcp_path'))]),
          ]),
        ]),
      ];
      const folder = writeFiles(nginxPrint({ files: [{ path: 'nginx/nginx.conf', opening: values, items }] }));
      const running = await start(nginx, folder, port);
      const body = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> =>
        (await send(port, get(path, { Host: 'x', ...headers }))).body;
      try {
        for (const [index, value] of values.entries()) {
          if (texts[index]) assert.equal(await body(`/0/${index}`), latin1(value), `text ${JSON.stringify(value)}`);
          if (words[index]) assert.equal(await body(`/1/${index}`), latin1(value), `word ${JSON.stringify(value)}`);
          if (templates[index]) assert.equal(await body(`/2/${index}`), latin1(`<http${value}http>`), `template ${JSON.stringify(value)}`);
          if (value === '') continue;
          const header = { 'X-Forwarded-Host': latin1(value) };
          if (keys[index]) assert.equal(lower(values[Number(await body('/key', header))] ?? ''), lower(value), `key ${JSON.stringify(value)}`);
          if (patterns[index]) assert.equal(await body('/pattern', header), String(index), `pattern ${JSON.stringify(value)}`);
        }
        assert.equal(running.errors(), '');
      } finally {
        await running.close();
      }
      const taken = [texts, words, templates, keys, patterns].map((tokens) => tokens.filter(Boolean).length);
      assert.ok(taken.every((count) => count > 5 && count < values.length), `some of each are taken and some are refused: ${taken.join()}`);
    });
  }

  it('server names and networks take no other text', () => {
    for (const value of strings(randomOf())) {
      if (made(serverName, value)) assert.match(value, /^[a-z0-9.[\]:-]+$/);
      if (made(network, value)) assert.match(value, /^[0-9a-f.:/]+$/);
    }
  });
});

/** Two keys that differ in case alone are one key to nginx. */
function distinct(keys: readonly (Token | null)[], values: readonly string[]): readonly (readonly [Token, number])[] {
  const found = new Map<string, readonly [Token, number]>();
  for (const [index, key] of keys.entries()) if (key && !found.has(lower(values[index]!))) found.set(lower(values[index]!), [key, index]);
  return [...found.values()];
}

function mapOf(variable: 'mcp_host' | 'mcp_path', keys: readonly (readonly [Token, number])[]): Item {
  return block('map', [$('http_x_forwarded_host'), $(variable)], [entry('default', 'none'), ...keys.map(([key, index]) => entry(key, String(index)))]);
}

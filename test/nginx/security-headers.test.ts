/** Security headers have one owner: the gateway for all that it answers, nginx for what it answers itself. Nothing has them twice, on any version. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { nginxModel } from '#src/emit/nginx/model.js';
import type { Directive, Item } from '#src/emit/nginx/types.js';
import { closedPort } from '../support/upstreams.js';
import { NGINXES, NO_NGINX } from './binaries.js';
import { widePlan } from './plans.js';
import { get, request, send } from './raw.js';
import { CALL, JSON_BODY, stand, stub, type Stub } from './stand.js';

const HEADERS = new Map(widePlan().traffic.headers);
const NAMES = [...HEADERS.keys()];

describe('security headers at the edge', { skip: NO_NGINX }, () => {
  for (const nginx of NGINXES) {
    describe(`nginx ${nginx.version}`, () => {
      let gateway: Stub;
      before(async () => {
        // The gateway says something else than nginx would, so that it shows who has said it.
        gateway = await stub((incoming, outgoing) => {
          for (const name of NAMES) outgoing.setHeader(name, 'by-the-gateway');
          incoming.resume().on('end', () => outgoing.writeHead(incoming.url === '/mcp/files' ? 403 : 200).end('{}'));
        });
      });
      after(() => gateway.close());

      /** Each line of the head, so that none hides another. */
      const linesOf = async (port: number, bytes: string): Promise<{ readonly status: number; readonly lines: readonly string[] }> => {
        const { status, headers } = await send(port, bytes);
        return { status, lines: NAMES.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${headers[name]}`])) };
      };

      it('passes on those of the gateway, and adds none', async () => {
        const edge = await stand(nginx, gateway.port);
        for (const [path, status] of [['/mcp/search', 200], ['/mcp/files', 403]] as const) {
          const answer = await linesOf(edge.port, request('POST', path, CALL, JSON_BODY));
          assert.deepEqual(answer, { status, lines: NAMES.map((name) => `${name}: by-the-gateway`) });
        }
        assert.deepEqual((await linesOf(edge.port, get('/health', CALL))).lines, NAMES.map((name) => `${name}: by-the-gateway`));
        await edge.close();
      });

      it('sets them on each of its own refusals', async () => {
        const edge = await stand(nginx, await closedPort());
        const fenced = await stand(nginx, gateway.port, { gateway: { allow: { cidrs: ['10.0.0.0/8'] } } });
        const refused: readonly (readonly [number, number, string])[] = [
          [404, edge.port, get('/nothing', CALL)],
          [421, edge.port, get('/mcp/search', { Host: 'evil.test' })],
          [403, edge.port, request('POST', '/mcp/search', { ...CALL, Origin: 'https://evil.test' }, JSON_BODY)],
          [405, edge.port, request('PUT', '/mcp/search', CALL, JSON_BODY)],
          [413, edge.port, request('POST', '/mcp/search', { ...CALL, 'Content-Length': '999999' })],
          [400, edge.port, 'GET /x HTTP/1.1\r\nHost: a b\r\n\r\n'],
          [502, edge.port, request('POST', '/mcp/search', CALL, JSON_BODY)],
          [403, fenced.port, request('POST', '/mcp/search', { ...CALL, Origin: 'https://app.acme.test' }, JSON_BODY)],
        ];
        for (const [status, port, bytes] of refused) {
          assert.deepEqual(await linesOf(port, bytes), { status, lines: [...HEADERS].map(([name, value]) => `${name}: ${value}`) });
        }
        const { headers } = await send(fenced.port, refused.at(-1)?.[2] ?? '');
        assert.deepEqual([headers['access-control-allow-origin'], headers['vary']], ['https://app.acme.test', 'Origin'], 'B5 stays right');
        await Promise.all([edge.close(), fenced.close()]);
      });
    });
  }
});

it('nothing that nginx says in plain HTTP speaks of TLS where it has TLS itself', () => {
  const tls = { at: 'nginx', certificate: '/etc/tls/mcp.pem', key: '/etc/tls/mcp.key' } as const;
  const { files } = nginxModel(widePlan({ gateway: { tls } }, { gateway: 8080, nginx: 443 }));
  const blocks = (items: readonly Item[]): readonly Directive[] =>
    items.flatMap((item) => (item.kind === 'directive' ? [item, ...blocks(item.block ?? [])] : []));
  const said = blocks(files[0]?.items ?? []).filter(({ name }) => name === 'server').map((server) => {
    const all = blocks(server.block ?? []);
    const isPlain = !all.some(({ name, args }) => name === 'listen' && args.some(({ value }) => value === 'ssl'));
    return [isPlain, all.some(({ name, args }) => name === 'add_header' && args[0]?.value === 'Strict-Transport-Security')];
  });
  assert.ok(said.length > 1);
  for (const [isPlain, speaksOfTls] of said) assert.equal(speaksOfTls, !isPlain);
});

/** The event reader: every way of writing the same stream, cut anywhere, says the same. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { rewriteEvents, type Rewrite } from '#src/gateway/runtime/answer/bridge/answers.js';
import { randomOf } from '../../../support/random.js';

const note = (n: number): object => ({ jsonrpc: '2.0', method: 'notifications/progress', params: { n, text: 'é😀' } });
const REPLY = { jsonrpc: '2.0', id: 1, result: { text: 'ß\u2028' } };

/** What comes out when the bytes go in like this, and which messages were seen. */
async function through(chunks: readonly Buffer[], rewrite: Rewrite = () => true): Promise<{ text: string; seen: unknown[]; failed: boolean }> {
  const source = new PassThrough();
  const seen: unknown[] = [];
  const events = rewriteEvents(source, (message, text) => (seen.push(message), rewrite(message, text)));
  const parts: Buffer[] = [];
  let failed = false;
  events.on('data', (part: Buffer) => parts.push(part)).on('error', () => (failed = true));
  const closed = new Promise((resolve) => events.once('end', resolve).once('close', resolve));
  for (const chunk of chunks) source.write(chunk);
  source.end();
  await closed;
  return { text: Buffer.concat(parts).toString(), seen, failed };
}

const STREAM = [
  '\ufeff: hello', '', 'id: 7', 'data:', '', 'event: message',
  `data: ${JSON.stringify(note(1))}`, '', `data:${JSON.stringify(note(2))}`, 'id: 8', '', 'event: other', 'data: {"jsonrpc":"2.0"}',
  '', 'data: {"jsonrpc":"2.0",',
  'data', `data: ${JSON.stringify(REPLY).slice(17)}`, 'retry: 5', '', 'data: {"jsonrpc":"2.0","id":2,"result":{}}', '', '',
];

describe('events', () => {
  for (const [name, end] of [['LF', '\n'], ['CRLF', '\r\n'], ['CR', '\r']] as const) {
    test(`with ${name}, cut at every byte`, async () => {
      const bytes = Buffer.from(STREAM.join(end));
      for (let at = 0; at <= bytes.length; at++) {
        const { seen } = await through([bytes.subarray(0, at), bytes.subarray(at)]);
        assert.deepEqual(seen, [note(1), note(2), REPLY], `cut at ${at}`);
      }
    });
  }

  test('one byte at a time, in any mixture of line ends', async () => {
    const { seed, pick } = randomOf();
    for (let round = 0; round < 50; round++) {
      let last = '';
      // A CR and an LF behind it would be one end.
      const ends = STREAM.map((line) => (last = pick(line === '' && last === '\r' ? ['\r', '\r\n'] : ['\n', '\r\n', '\r'])));
      const bytes = Buffer.from(STREAM.map((line, at) => `${line}${ends[at]}`).join(''));
      const { seen } = await through([...bytes].map((byte) => Buffer.from([byte])));
      assert.deepEqual(seen, [note(1), note(2), REPLY], `MCPGEN_SEED=${seed}: ${JSON.stringify(ends)}`);
    }
  });

  test('comments and what is not changed pass, what is dropped leaves a comment, and the answer ends it', async () => {
    const { text } = await through([Buffer.from(STREAM.join('\n').slice(1))], (message) =>
      ('result' in message ? JSON.stringify({ ...message, id: 'new' }) : message['method'] && JSON.stringify(message).includes('"n":1') ? null : true));
    const changed = `event: message\ndata: ${JSON.stringify({ ...REPLY, id: 'new' })}\n\n`;
    assert.equal(text, `: hello\n\n:\n\n:\n\ndata:${JSON.stringify(note(2))}\nid: 8\n\n:\n\n${changed}`);
  });

  test('a batch in an event is its messages', async () => {
    const { text, seen } = await through([Buffer.from(`data: ${JSON.stringify([note(1), REPLY])}\n\n`)], (_message, text) => text);
    assert.deepEqual(seen, [note(1), REPLY]);
    assert.equal(text.match(/^data: \{/gm)?.length, 2);
  });

  test('an event without an end is broken off, one of some megabytes is not', async () => {
    const mega = Buffer.alloc(2 ** 20, 'x');
    assert.equal((await through([Buffer.from('data: '), ...Array<Buffer>(5).fill(mega)])).failed, true);
    const big = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { text: 'x'.repeat(3 * 2 ** 20) } });
    const bytes = Buffer.from(`data: ${big}\n\n`);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 16_384) }, (_, i) => bytes.subarray(i * 16_384, (i + 1) * 16_384));
    const { seen, failed } = await through(chunks);
    assert.deepEqual([failed, JSON.stringify(seen[0]).length], [false, big.length]);
  });

  test('what is nested deeply is written as it came', async () => {
    const json = `{"jsonrpc":"2.0","id":1,"result":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    const { text, failed } = await through([Buffer.from(`data: ${json}\n\n`)], (_message, written) => written);
    assert.deepEqual([failed, text], [false, `event: message\ndata: ${json}\n\n`]);
  });

  test('any bytes, cut anywhere, are read as they would be in one piece', async (t) => {
    const { seed, below, pick, bytes } = randomOf();
    t.diagnostic(`MCPGEN_SEED=${seed}`);
    const pieces = [
      'data', ':', ' ', '\n', '\r', '\r\n', '\n\n', 'event', 'message', 'id: 1', '{"jsonrpc":"2.0"}', JSON.stringify(note(3)), 'é', '\ufeff', 'retry',
      '[', '{}', 'null', '\0',
    ];
    for (let round = 0; round < 300; round++) {
      const all = Buffer.concat(Array.from({ length: below(40) }, () => (below(10) === 0 ? bytes(below(6)) : Buffer.from(pick(pieces)))));
      const chunks: Buffer[] = [];
      for (let at = 0; at < all.length; ) {
        const to = at + 1 + below(5);
        chunks.push(all.subarray(at, to));
        at = to;
      }
      const [whole, cut] = [await through([all]), await through(chunks)];
      assert.deepEqual(cut.seen, whole.seen, `MCPGEN_SEED=${seed}, ${JSON.stringify(all.toString('latin1'))}`);
    }
  });
});

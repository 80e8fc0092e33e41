import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { renameEndpoint } from '#src/gateway/runtime/sse/endpoint.js';
import { UpstreamFault } from '#src/gateway/runtime/upstream/upstream.js';
import { until } from '../../support/http.js';

const NAME = '/t/acme/mcp/notes/message?sessionId=sealed';
const rename = (url: string): string => (url === '' ? 'empty' : NAME);

/** What comes out when these chunks go in. */
async function renamed(chunks: readonly Buffer[], name: (url: string) => string | null = rename): Promise<string> {
  const body = new PassThrough();
  for (const chunk of chunks) body.write(chunk);
  body.end();
  const out = await renameEndpoint({ status: 200, headers: {}, body }, 5000, name);
  return Buffer.concat(await (out as Readable).toArray()).toString('latin1');
}

const fault = (stage: string) => (error: unknown) => error instanceof UpstreamFault && error.stage === stage;
const bytes = (text: string): Buffer => Buffer.from(text);

const STREAMS: Readonly<Record<string, readonly [given: string, wanted: string]>> = {
  'LF': ['event: endpoint\ndata: /message?id=1\n\nrest', `event: endpoint\ndata: ${NAME}\n\nrest`],
  'CRLF': [
    'event: endpoint\r\ndata: /message?id=1\r\n\r\nevent: message\r\ndata: {}\r\n\r\n',
    `event: endpoint\r\ndata: ${NAME}\r\n\r\nevent: message\r\ndata: {}\r\n\r\n`,
  ],
  'CR': ['event: endpoint\rdata: /message?id=1\r\r: end\r', `event: endpoint\rdata: ${NAME}\r\r: end\r`],
  'no space behind the colon': ['event:endpoint\ndata:/m\n\n', `event:endpoint\ndata: ${NAME}\n\n`],
  'a space that belongs to the value': ['event: endpoint\ndata:  /m\n\n', `event: endpoint\ndata: ${NAME}\n\n`],
  'data first, then id, then the name': ['data: /m\nid: 7\nevent: endpoint\n\n', `data: ${NAME}\nid: 7\nevent: endpoint\n\n`],
  'comments, blank lines and retry before it': [
    ': hello\n\n\nretry: 10\n\n: é\nevent: endpoint\ndata: /m\n\n',
    `: hello\n\n\nretry: 10\n\n: é\nevent: endpoint\ndata: ${NAME}\n\n`,
  ],
  'a byte order mark': ['\ufeffevent: endpoint\ndata: /m\n\n', `event: endpoint\ndata: ${NAME}\n\n`],
  'another event before it': ['event: ping\ndata: 1\n\nevent: endpoint\ndata: /m\n\n', `event: ping\ndata: 1\n\nevent: endpoint\ndata: ${NAME}\n\n`],
  'the last of two names counts': ['event: x\nevent: endpoint\ndata: /m\n\n', `event: x\nevent: endpoint\ndata: ${NAME}\n\n`],
  'a second one would be followed too, to wherever the server likes': [
    'event: endpoint\ndata: /m\n\nevent: endpoint\ndata: /n\n\nrest',
    `event: endpoint\ndata: ${NAME}\n\n:\n\nrest`,
  ],
  'a message that speaks of one': ['data: event: endpoint\n\nevent: endpoint\ndata: /m\n\n', `data: event: endpoint\n\nevent: endpoint\ndata: ${NAME}\n\n`],
};

describe('the endpoint event', () => {
  for (const [name, [given, wanted]] of Object.entries(STREAMS)) {
    it(`${name}: is renamed wherever chunks are cut, and nothing else is`, async () => {
      const all = bytes(given);
      const expected = bytes(wanted).toString('latin1');
      for (let cut = 0; cut <= all.length; cut++) assert.equal(await renamed([all.subarray(0, cut), all.subarray(cut)]), expected, `cut at ${cut}`);
      assert.equal(await renamed([...all].map((byte) => Buffer.from([byte]))), expected, 'byte by byte');
    });
  }

  it('is given as it came', async () => {
    const urls: string[] = [];
    await renamed([bytes('event: endpoint\ndata: http://h:1/a?b=c#d\n\n')], (url) => (urls.push(url), NAME));
    assert.deepEqual(urls, ['http://h:1/a?b=c#d']);
  });

  it('what comes later passes event by event, with nothing kept back that is whole', async () => {
    const body = new PassThrough();
    body.write('event: endpoint\ndata: /m\n\n');
    const out = await renameEndpoint({ status: 200, headers: {}, body }, 5000, rename);
    const through = out.pipe(new PassThrough()).setEncoding('latin1');
    let seen = '';
    through.on('data', (text: string) => void (seen += text));
    for (const next of ['', 'data: 1\n\n', ': 2\r\r', 'data: endpoint\r\n\r\n', '\n']) {
      const wanted = seen + next;
      // However it is cut.
      for (const byte of Buffer.from(next)) body.write(Buffer.from([byte]));
      await until(JSON.stringify(next), () => seen.endsWith(wanted));
    }
    body.destroy();
  });

  it('is refused where its data has several lines, or its name is refused', async () => {
    await assert.rejects(renamed([bytes('event: endpoint\ndata: /m\ndata: /n\n\n')]), fault('answered'));
    await assert.rejects(renamed([bytes('event: endpoint\ndata: /m\n\n')], () => null), fault('answered'));
  });

  it('must come: a stream that ends, breaks or says too much before is a fault', async () => {
    await assert.rejects(renamed([]), fault('answered'));
    await assert.rejects(renamed([bytes('event: message\ndata: {}\n\n')]), fault('answered'));
    await assert.rejects(renamed([bytes('event: endpoint\ndata: /m\n')]), fault('answered'));
    await assert.rejects(renamed(Array.from({ length: 70 }, () => bytes(`: ${'x'.repeat(1020)}\n`))), fault('answered'));
    await assert.rejects(renamed([bytes(`event: endpoint\ndata: /${'x'.repeat(70_000)}\n\n`)]), fault('answered'));
    const body = new PassThrough();
    const broken = renameEndpoint({ status: 200, headers: {}, body }, 5000, rename);
    body.destroy(new Error('reset'));
    await assert.rejects(broken, fault('answered'));
  });

  it('must come in time', async () => {
    const body = new PassThrough();
    body.write(': still here\n\n');
    await assert.rejects(renameEndpoint({ status: 200, headers: {}, body }, 20, rename), fault('timeout'));
    assert.ok(body.destroyed);
  });
});

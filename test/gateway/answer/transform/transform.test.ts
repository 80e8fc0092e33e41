import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { parseRedaction } from '#src/config/redaction.js';
import * as results from '#src/gateway/runtime/answer/transform/results.js';
import { createTransform } from '#src/gateway/runtime/answer/transform/transform.js';
import type { TransformTable } from '#src/gateway/runtime/tables/pool.js';
import type { UpstreamResponse } from '#src/gateway/runtime/upstream/upstream.js';
import { UpstreamFault } from '#src/gateway/runtime/wire/fault.js';
import { within } from '../../../support/http.js';

const NONE = { set: [], remove: [] };
const table = (...redact: string[]): TransformTable => ({ request: NONE, response: { ...NONE, redact: redact.map((path) => parseRedaction(path) ?? []) } });
const SSN = table('..ssn');
const TRANSFORM = createTransform(results);

interface Answer {
  readonly status?: number;
  readonly type?: string | null;
  readonly headers?: UpstreamResponse['headers'];
  readonly body: string | Buffer | Readable;
}

function response({ status = 200, type = 'application/json', headers = {}, body }: Answer): UpstreamResponse {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return { status, headers: { ...(type === null ? {} : { 'content-type': type }), ...headers }, body: bytes };
}
/** As a connection would bring it. */
const streamed = (body: string | Buffer): Readable => Readable.from(body.length === 0 ? [] : [Buffer.from(body)]);
const redact = (answer: Answer, wait = 60_000): Promise<UpstreamResponse> => TRANSFORM.response(response(answer), SSN, wait);

async function bytesOf({ body }: UpstreamResponse): Promise<string> {
  if (Buffer.isBuffer(body)) return body.toString();
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
const closed = (stream: Readable): Promise<void> => new Promise((resolve) => stream.once('close', resolve));
const isFault = (stage: string) => (error: unknown) => error instanceof UpstreamFault && error.stage === stage;

describe('a gateway without the part that redacts', () => {
  it('passes no answer of a table that redacts', async () => {
    await assert.rejects(createTransform(undefined).response(response({ body: '{}' }), SSN, 60_000), isFault('answered'));
  });
});

describe('headers', () => {
  it('of requests are removed, then set, in either spelling', () => {
    const changes = { ...SSN, request: { set: [['x-role', 'reader']], remove: ['x-secret', 'x-role'] } as const, response: { ...NONE, redact: [] } };
    const headers = { accept: '*/*', 'x-secret': '1', x_secret: '2', 'x-role': 'admin', x_role: 'admin', 'x-other': '3' };
    assert.deepEqual(TRANSFORM.request(headers, changes), { accept: '*/*', 'x-other': '3', 'x-role': 'reader' });
    assert.equal(headers['x-secret'], '1', 'the given ones are as they were');
  });

  it('ask for bytes that can be read, where results are redacted', () => {
    assert.deepEqual(TRANSFORM.request({ 'accept-encoding': 'gzip, br' }, SSN), { 'accept-encoding': 'identity' });
    assert.deepEqual(TRANSFORM.request({ 'accept-encoding': 'gzip, br' }, table()), { 'accept-encoding': 'gzip, br' });
  });

  it('of answers are removed, then set; the body is not touched', async () => {
    const changes = { request: NONE, response: { set: [['x-a', '1']], remove: ['server', 'x-many'], redact: [] } } as const;
    const given = response({ headers: { server: 'x', 'x-many': ['1', '2'], etag: '"1"', 'content-length': '2' }, body: streamed('{}') });
    const { headers, body, status } = await TRANSFORM.response(given, changes, 1);
    assert.deepEqual([headers, status], [{ 'content-type': 'application/json', etag: '"1"', 'content-length': '2', 'x-a': '1' }, 200]);
    assert.equal(body, given.body);
  });
});

describe('a JSON answer', () => {
  const RESULT = '{"jsonrpc":"2.0","id":1,"result":{"ssn":"é1"}}';
  const CLEAN = RESULT.replace('é1', '[redacted]');

  for (const [how, body] of [['whole', (text: string) => text], ['as a stream', streamed]] as const) {
    it(`is redacted, ${how}`, async () => {
      const headers = {
        'content-length': String(Buffer.byteLength(RESULT)),
        etag: '"1"',
        digest: 'x',
        'content-digest': 'x',
        'repr-digest': 'x',
        'content-md5': 'x',
        'x-a': '1',
      };
      const answer = await redact({ headers, type: 'Application/JSON ; charset=utf-8', body: body(RESULT) });
      assert.equal(await bytesOf(answer), CLEAN);
      assert.deepEqual(answer.headers, { 'content-type': 'Application/JSON ; charset=utf-8', 'x-a': '1', 'content-length': String(Buffer.byteLength(CLEAN)) });
    });
    for (const status of [202, 400, 404, 500]) {
      it(`of status ${status} is redacted too, ${how}`, async () => assert.equal(await bytesOf(await redact({ status, body: body(RESULT) })), CLEAN));
    }
    const REFUSED: readonly (readonly [string, Omit<Answer, 'body'>, string | Buffer])[] = [
      ['that is none', {}, '{"result":{"ssn":1}'],
      ['that is no UTF-8', {}, Buffer.from('{"result":{"s\xffsn":1}}', 'latin1')],
      ['of more than 16 MB', {}, `"${'x'.repeat(16 * 2 ** 20)}"`],
      ['of another status, that is no UTF-8', { status: 400 }, Buffer.from('{"result":{"s\xffsn":1}}', 'latin1')],
      ['of another status, that is too deep', { status: 400 }, `{"result":${'['.repeat(1000)}${']'.repeat(1000)}}`],
      ['that is encoded', { headers: { 'content-encoding': 'gzip' } }, RESULT],
      ['that is encoded, of another status', { status: 400, headers: { 'content-encoding': 'GZIP' } }, RESULT],
      ['of no type', { type: null }, RESULT],
      ['of another type', { type: 'text/plain' }, RESULT],
      ['of a type that only begins like JSON', { type: 'application/json-seq' }, RESULT],
      ['of another status of success', { status: 206, type: 'text/html' }, 'x'],
      ['in an encoded event stream', { type: 'text/event-stream', headers: { 'content-encoding': 'br' } }, 'x'],
    ];
    for (const [what, answer, text] of REFUSED) {
      it(`${what} is refused, ${how}`, async () => {
        const given = typeof text === 'string' ? body(text) : how === 'whole' ? text : streamed(text);
        await assert.rejects(redact({ ...answer, body: given }), isFault('answered'));
        if (given instanceof Readable) assert.ok(given.destroyed);
      });
    }
    const PASSED: readonly (readonly [string, Answer])[] = [
      ['empty, of no type', { type: null, body: body('') }],
      ['empty JSON', { body: body('') }],
      ['202 with a word', { status: 202, type: 'text/plain', body: body('Accepted') }],
      ['204', { status: 204, type: null, body: body('') }],
      ['405 with a word', { status: 405, type: null, body: body('no') }],
      ['a page of errors', { status: 404, type: 'text/html', body: body('<h1>') }],
      ['an error that is no JSON', { status: 400, body: body('no') }],
      ['identity, said so', { headers: { 'content-encoding': 'identity' }, body: body('{}') }],
    ];
    for (const [what, answer] of PASSED) {
      it(`passes: ${what}, ${how}`, async () => {
        const expected = what === 'identity, said so'
          ? '{}'
          : { '202 with a word': 'Accepted', '405 with a word': 'no', 'a page of errors': '<h1>', 'an error that is no JSON': 'no' }[what] ?? '';
        assert.equal(await bytesOf(await redact(answer)), expected);
      });
    }
  }

  it('that is cut short or late is refused', async () => {
    const cut = new PassThrough();
    const late = new PassThrough();
    cut.write('{"result"');
    late.write('{"result"');
    const refused = assert.rejects(redact({ body: cut }), isFault('answered'));
    cut.destroy(new Error('reset'));
    await refused;
    await assert.rejects(redact({ body: late }, 1), isFault('timeout'));
    assert.ok(late.destroyed);
  });

  it('waits only while there is memory for all', async () => {
    const bodies = Array.from({ length: 5 }, () => new PassThrough());
    const answers = bodies.map((body) => redact({ body }));
    const settled = Promise.allSettled(answers);
    const chunk = Buffer.alloc(15 * 2 ** 20, ' ');
    for (const body of bodies) body.end(chunk);
    const stages = (await settled).map((one) => (one.status === 'rejected' && one.reason instanceof UpstreamFault ? one.reason.stage : 'read'));
    assert.ok(stages.includes('full'), stages.join());
    assert.equal(await bytesOf(await redact({ body: streamed('{}') })), '{}', 'and again when there is');
  });
});

describe('an event stream', () => {
  const type = 'text/event-stream';
  const STREAM = [
    ': ka\n\n',
    'id: 0\ndata:\n\n',
    'event: endpoint\ndata: /message?x=1\n\n',
    'event: message\r\nid: 1\r\ndata: {"jsonrpc":"2.0","method":"n","params":{"ssn":1}}\r\n\r\n',
    'event: message\nid: 2\nretry: 9\n: c\ndata: {"jsonrpc":"2.0","id":1,"result":{"a":"€😀",\ndata: "ssn":"1"\ndata:}}\n\n',
    'data: {"jsonrpc":"2.0",  "id":2, "result":{"other":12345678901234567890}}\r\r',
    'data: [{"id":3,"result":{"ssn":[1]}},{"id":4,"error":{"ssn":1}}]\n\n',
  ];
  const EXPECTED = [
    ...STREAM.slice(0, 4),
    'event: message\nid: 2\nretry: 9\n: c\ndata: {"jsonrpc":"2.0","id":1,"result":{"a":"€😀",\ndata: "ssn":"[redacted]"\ndata: }}\n\n',
    STREAM[5],
    'data: [{"id":3,"result":{"ssn":"[redacted]"}},{"id":4,"error":{"ssn":1}}]\n\n',
  ].join('');

  it('gives the same bytes however it is cut', async () => {
    const stream = Buffer.from(STREAM.join(''));
    for (let at = 0; at <= stream.length; at++) {
      const body = Readable.from([stream.subarray(0, at), stream.subarray(at)].filter(({ length }) => length > 0));
      assert.equal(await bytesOf(await redact({ type, body })), EXPECTED, `cut at ${at}`);
    }
    assert.equal(await bytesOf(await redact({ type, body: Readable.from([...stream].map((byte) => Buffer.from([byte]))) })), EXPECTED);
    assert.equal(await bytesOf(await redact({ type: 'Text/Event-Stream;charset=utf-8', body: stream })), EXPECTED, 'and when it is there already');
  });

  it('has no line that is a field for some readers alone', async () => {
    const secret = '{"result":{"ssn":"1"}}';
    // Widely used readers drop a mark that was decoded as Latin-1; others are lenient about case and space.
    for (const odd of ['\u00ef\u00bb\u00bfdata', '\ufeff\ufeffdata', ' data', 'Data', 'data ', '\u0000data', 'x\u2028data']) {
      for (const eol of ['\n', '\r', '\r\n']) {
        const body = [`${odd}: ${secret}`, 'id: 1', `${odd}: ${secret}`, `${odd}: ${secret}`, 'data: {}', '', `${odd}: ${secret}`].join(eol);
        const out = await bytesOf(await redact({ type: 'text/event-stream', body: streamed(body) }));
        assert.equal(out, [':', 'id: 1', ':', ':', 'data: {}', '', ':'].join(eol), JSON.stringify([odd, eol]));
      }
    }
  });

  it('passes each event when it has come', async () => {
    const body = new PassThrough();
    const { body: out } = await redact({ type, headers: { 'content-length': '100' }, body });
    assert.ok(out instanceof Readable);
    for (const event of ['data: {"result":{"ssn":1}}\n\n', ': ka\n\n']) {
      const next = once(out, 'data');
      body.write(event);
      const [chunk] = (await within(next, 'an event')) as [Buffer];
      assert.equal(chunk.toString(), event.replace('1', '"[redacted]"'));
    }
    out.destroy();
    await within(closed(body), 'the end behind');
  });

  it('is redacted to its last byte, and behind a byte order mark', async () => {
    assert.equal(
      await bytesOf(await redact({ type, body: streamed('\ufeffdata: {"result":{"ssn":1}}\n\ndata: {"result":{"ssn":2}}') })),
      'data: {"result":{"ssn":"[redacted]"}}\n\ndata: {"result":{"ssn":"[redacted]"}}\n',
    );
  });

  const BROKEN: readonly (readonly [string, string | Buffer])[] = [
    ['a message that is no JSON', 'data: {"result":{"ssn":1}\n\n'],
    ['a named message that is no JSON', 'event: message\ndata: x\n\n'],
    ['an unfinished message', 'data: {"resu'],
    ['what is no UTF-8', Buffer.from('data: {"result":{"s\xffsn":1}}\n\n', 'latin1')],
    ['an event of more than 4 MB', `: ${'x'.repeat(4 * 2 ** 20)}`],
    ['an event that is too deep', `event: other\ndata: {"result":${'['.repeat(1000)}${']'.repeat(1000)}}\n\n`],
  ];
  for (const [what, bytes] of BROKEN) {
    it(`ends before ${what}`, async () => {
      const body = new PassThrough();
      const answer = await redact({ type, body });
      const seen: Buffer[] = [];
      const { body: out } = answer;
      assert.ok(out instanceof Readable);
      out.on('data', (chunk: Buffer) => seen.push(chunk));
      const first = once(out, 'data');
      body.write(': ok\n\n');
      await within(first, 'what came before');
      const failed = closed(out);
      let fault: unknown;
      out.on('error', (error) => (fault = error));
      body.end(bytes);
      await within(failed, 'its end');
      assert.ok(isFault('answered')(fault));
      assert.equal(Buffer.concat(seen).toString(), ': ok\n\n');
      assert.ok(body.destroyed && !out.readableEnded);
    });
  }

  it('that breaks off behind breaks off before', async () => {
    const body = new PassThrough();
    const { body: out } = await redact({ type, body });
    assert.ok(out instanceof Readable);
    out.resume();
    body.write('data: {"result":1}\n\n');
    body.destroy(new Error('reset'));
    await within(closed(out), 'its end');
    assert.ok(!out.readableEnded);
  });
});

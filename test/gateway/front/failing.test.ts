/** Clients that leave in the middle, and every way in which a server behind can fail. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { initialize, modern, modernHeaders } from '../../support/gateway-messages.js';
import { as } from '../../support/gateway.js';
import { ask, dial, requestBytes, within, type AskOptions } from '../../support/http.js';
import { json, stream, type Received } from '../../support/upstreams.js';
import { assertFaultless, assertNothingOpen, CALL, gateway, post, raw, reason, upstream } from './proxy-stand.js';

describe('leaving', () => {
  /** A request whose answer is under way, or not yet, when its caller leaves. */
  async function leave(options: AskOptions, answer: (received: Received) => void, started: boolean): Promise<Received> {
    const count = upstream.received.length;
    upstream.behave = answer;
    const connection = await dial(gateway.port);
    connection.send(requestBytes(options));
    const received = await upstream.nth(count + 1);
    if (started) {
      await connection.head(options.method ?? 'POST');
      await connection.body((text) => text.includes('one'));
    }
    connection.close();
    return received;
  }
  const MODERN = post(modern('tools/call', { name: 'slow' }), modernHeaders('tools/call', 'slow'));
  const begin = ({ response }: Received): void => void stream(response).write('data: one\n\n');
  const nothing = (): void => {};

  test('a modern caller cancels by leaving: during the stream', async () => {
    await within((await leave(MODERN, begin, true)).abandoned, 'the end of the request behind');
    await assertNothingOpen();
  });
  test('a modern caller cancels by leaving: before the answer', async () => {
    await within((await leave(MODERN, nothing, false)).abandoned, 'the end of the request behind');
    await assertNothingOpen();
    await gateway.waitFor('request', (line) => line['tool'] === 'slow' && line['status'] === 499);
  });
  test('a stream that only listens ends with its listener', async () => {
    await within(
      (await leave({ path: '/mcp/search', method: 'GET', headers: { ...as('acme'), accept: 'text/event-stream' } }, begin, true)).abandoned,
      'the end of the stream behind',
    );
    await assertNothingOpen();
  });

  for (const when of ['during a stream', 'before a stream', 'before a plain answer'] as const) {
    test(`a legacy caller may leave ${when}: the call runs to its end, and everything is read`, async () => {
      const received = await leave(post(CALL), when === 'during a stream' ? begin : nothing, when === 'during a stream');
      await gateway.waitFor('request', (line) => line['request_id'] === received.headers['x-request-id']);
      // More than all buffers on the way hold.
      if (when === 'before a stream') stream(received.response);
      for (let i = 0; i < 64; i++) received.response.write(`data: ${'x'.repeat(2 ** 18)}\n\n`);
      received.response.end();
      const ending = await within(
        Promise.race([received.finished.then(() => 'finished'), received.abandoned.then(() => 'abandoned')]),
        'the end of the call',
        3000,
      );
      assert.equal(ending, 'finished');
      await assertNothingOpen();
    });
  }
});

describe('failing', () => {
  const toRaw = (message: unknown = CALL, headers: AskOptions['headers'] = {}): AskOptions => post(message, headers, '/mcp/raw');
  const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

  test('no answer in time', async () => {
    raw.spoil = () => {};
    const answer = await ask(gateway.port, toRaw());
    assert.deepEqual([answer.status, reason(answer.text)], [504, 'upstream-timeout']);
  });

  for (const [what, bytes] of [
    ['nothing, and the end', ''],
    ['half a status line', 'HTTP/1.1 20'],
    ['half a head', `${HEAD}Content-Le`],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a status that is none', 'HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n'],
    ['a status of one digit', 'HTTP/1.1 7 Odd\r\nContent-Length: 0\r\n\r\n'],
    ['a status of a thousand', 'HTTP/1.1 1000 Much\r\nContent-Length: 0\r\n\r\n'],
    ['length and chunks', `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`],
    ['two lengths', `${HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ['a head without end', `${HEAD}X: ${'x'.repeat(100_000)}`],
    ['a protocol nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ] as const) {
    test(`garbage: ${what}`, async () => {
      raw.spoil = (socket) => socket.end(bytes, 'latin1');
      const answer = await ask(gateway.port, toRaw());
      assert.deepEqual([answer.status, reason(answer.text)], [502, 'upstream-lost']);
      await assertNothingOpen();
    });
  }

  test('a reset before the answer', async () => {
    raw.spoil = (socket) => socket.resetAndDestroy();
    const answer = await ask(gateway.port, toRaw());
    assert.deepEqual([answer.status, reason(answer.text)], [502, 'upstream-lost']);
  });

  for (const [what, head] of [
    ['counted', `${HEAD}Content-Length: 100\r\n\r\n`],
    ['chunked', `${HEAD}Transfer-Encoding: chunked\r\n\r\n8\r\n`],
    ['a stream', 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n'],
  ] as const) {
    for (const how of ['reset', 'end'] as const) {
      test(`cut off (${what}, ${how}): the caller sees a cut, not an end`, async () => {
        raw.spoil = (socket) => socket.write(`${head}{"half":`, () => (how === 'reset' ? setImmediate(() => socket.resetAndDestroy()) : socket.end()));
        const answer = await ask(gateway.port, toRaw());
        assert.equal(answer.complete, false);
        await assertNothingOpen();
      });
    }
  }

  test('an answer that ends with its connection is whole', async () => {
    raw.spoil = (socket) => socket.end(`${HEAD}Connection: close\r\n\r\n{"whole":true}`);
    const answer = await ask(gateway.port, toRaw());
    assert.deepEqual([answer.text, answer.complete], ['{"whole":true}', true]);
  });

  test('a session id that is too long to be sealed is the server’s fault, and leaves nothing open', async () => {
    upstream.behave = ({ response }) => json(response, {}, { 'mcp-session-id': 'x'.repeat(4000) });
    const answer = await ask(gateway.port, post(initialize));
    assert.deepEqual([answer.status, reason(answer.text)], [502, 'upstream-lost']);
    await assertNothingOpen();
  });

  test('a stream that says nothing any more is cut after idleStream, one that speaks is not', async () => {
    const times: number[] = [];
    upstream.behave = ({ response }) => {
      stream(response);
      let left = 4;
      const beat = setInterval(() => {
        response.write(`data: ${left}\n\n`);
        times.push(performance.now());
        if (--left === 0) clearInterval(beat);
      }, 250);
    };
    const answer = await ask(gateway.port, post(CALL));
    const silence = performance.now() - (times.at(-1) ?? 0);
    assert.deepEqual([answer.text, answer.complete], ['data: 4\n\ndata: 3\n\ndata: 2\n\ndata: 1\n\n', false]);
    assert.ok(silence > 500 && silence < 2500, `${silence} ms`);
    await assertNothingOpen();
  });

  test('an answer that does not end is cut after response', async () => {
    upstream.behave = ({ response }) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"never":');
    const answer = await ask(gateway.port, post(CALL));
    assert.deepEqual([answer.text, answer.complete], ['{"never":', false]);
    await assertNothingOpen();
  });

  test('interim answers are passed over', async () => {
    raw.spoil = (socket) => socket.end(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${HEAD}Content-Length: 2\r\n\r\n{}`);
    const answer = await ask(gateway.port, toRaw());
    assert.deepEqual([answer.status, answer.text], [200, '{}']);
  });

  test('who failed is counted by how far the request had come', async () => {
    const metrics = await gateway.metrics();
    assert.ok((metrics.get('mcpgen_upstream_failures_total{server="raw",stage="sent"}') ?? 0) > 3);
    assert.ok((metrics.get('mcpgen_upstream_failures_total{server="raw",stage="timeout"}') ?? 0) >= 1);
  });

  test('what may have been executed is not sent to another instance', async () => {
    raw.spoil = (socket) => socket.resetAndDestroy();
    const before = upstream.received.length;
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await ask(gateway.port, post(CALL, {}, '/mcp/both')));
    const lost = answers.filter(({ status }) => status === 502).length;
    assert.equal(lost, 2, answers.map(({ status }) => status).join());
    assert.equal(upstream.received.length - before, 2);
  });
});

test('the gateway has said nothing outside its log, and logged no fault of its own', assertFaultless);

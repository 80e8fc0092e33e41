import assert from 'node:assert/strict';
import type { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { UpstreamFault } from '#src/gateway/runtime/wire/fault.js';
import { until } from '../../support/http.js';
import { call, events, INITIALIZE, isAlive, json, JSON_ONLY, messages, next, open, request, send, start, text } from './support.js';

test('a session has a child of its own, from initialize to DELETE', async () => {
  const { upstream, pids } = start();
  const a = await open(upstream);
  const b = await open(upstream);
  const [pidA, pidB] = [(await call(upstream, a, 'pid'))['result'].pid, (await call(upstream, b, 'pid'))['result'].pid];
  assert.deepEqual(pids(), [pidA, pidB]);
  assert.equal(upstream.status().processes, 2);

  const response = await send(upstream, { method: 'DELETE', session: a });
  assert.equal(response.status, 200);
  assert.equal(await text(response), '');
  assert.equal((await send(upstream, { session: a, body: request('echo') })).status, 404);
  await until('the child has ended', () => !isAlive(pidA));
  assert.equal((await call(upstream, b, 'pid'))['result'].pid, pidB);
});

test('ids are never logged', async () => {
  const { upstream, logs } = start();
  const session = await open(upstream);
  await call(upstream, session, 'echo');
  assert.ok(!JSON.stringify(logs).includes(session));
});

test('a session id is required, and must be known', async () => {
  const { upstream } = start();
  const missing = await send(upstream, { body: request('echo', {}, 0) });
  assert.equal(missing.status, 400);
  assert.equal((await json(missing))['id'], 0);
  for (const method of ['GET', 'DELETE', 'POST']) {
    const unknown = await send(upstream, { method, session: 'nobody', ...(method === 'POST' && { body: request('echo', {}, 'x') }) });
    assert.equal(unknown.status, 404);
    assert.equal((await json(unknown))['error'].code, -32001);
    assert.equal((await send(upstream, { method, ...(method === 'POST' && { body: request('echo') }) })).status, 400);
  }
});

test('what is not JSON-RPC is refused', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  assert.equal((await json(await send(upstream, { session, body: '{' })))['error'].code, -32700);
  assert.equal((await json(await send(upstream, { session, body: '[]' })))['error'].code, -32600);
  const inBatch = await send(upstream, { body: [INITIALIZE] });
  assert.equal(inBatch.status, 400);
});

test('modern requests and unknown versions are told what is served', async () => {
  const { upstream, pids } = start();
  const modern = await send(upstream, {
    body: request('server/discover', { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }, 'd'),
    headers: { 'mcp-protocol-version': '2026-07-28' },
  });
  assert.equal(modern.status, 400);
  assert.deepEqual(await json(modern), {
    jsonrpc: '2.0',
    id: 'd',
    error: {
      code: -32022,
      message: 'Unsupported protocol version',
      data: { supported: ['2025-11-25', '2025-06-18', '2025-03-26'], requested: '2026-07-28', reason: 'revision-not-served', requestId: null },
    },
  });
  const header = await send(upstream, { body: request('tools/list'), headers: { 'mcp-protocol-version': '2027-01-01' } });
  assert.equal((await json(header))['error'].code, -32022);
  const session = await open(upstream);
  assert.equal((await send(upstream, { method: 'GET', session, headers: { 'mcp-protocol-version': '1.0' } })).status, 400);
  // Children of before Streamable HTTP negotiate it, and clients repeat it.
  assert.equal((await send(upstream, { session, body: request('echo'), headers: { 'mcp-protocol-version': '2024-11-05' } })).status, 200);
  assert.equal(pids().length, 1);
});

test('a request is answered on a stream, or in JSON where the client takes no stream', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const body = request('echo', { text: 'é\u2028\n' }, 'one');
  const stream = await send(upstream, { session, body });
  assert.equal(stream.headers['content-type'], 'text/event-stream');
  assert.equal(stream.headers['cache-control'], 'no-cache, no-transform');
  assert.deepEqual(await messages(stream.body), [{ jsonrpc: '2.0', id: 'one', result: { text: 'é\u2028\n' } }]);
  const plain = await send(upstream, { session, body, headers: JSON_ONLY });
  assert.equal(plain.status, 200);
  assert.deepEqual(await json(plain), { jsonrpc: '2.0', id: 'one', result: { text: 'é\u2028\n' } });
  const opened = await send(upstream, { body: INITIALIZE });
  assert.ok(opened.headers['mcp-session-id']);
  assert.equal((await json(opened))['id'], 'init');
});

test('a body over several lines reaches the child on one', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const [answer] = await messages((await send(upstream, { session, body: JSON.stringify(request('echo', { a: 1 }), null, '\r\n') })).body);
  assert.deepEqual(answer?.['result'], { a: 1 });
});

test('numbers that JavaScript cannot hold pass unchanged', async () => {
  const { upstream, logs } = start({ flags: ['trace'] });
  const session = await open(upstream);
  const response = await send(upstream, { session, body: '{"jsonrpc":"2.0","id":7,"method":"exact","params":{"n":98765432109876543210}}' });
  assert.match(await text(response), /12345678901234567890/);
  await until('the line has been traced', () => logs.some(({ fields }) => String(fields['text']).includes('98765432109876543210')));
});

test('notifications and answers are accepted without a body', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  for (const body of [{ jsonrpc: '2.0', method: 'notifications/x' }, { jsonrpc: '2.0', id: 99, result: {} }]) {
    const response = await send(upstream, { session, body });
    assert.equal(response.status, 202);
    assert.equal(response.headers['content-type'], undefined);
    assert.equal(await text(response), '');
  }
  const { result } = await call(upstream, session, 'notes');
  assert.deepEqual(result.notes.map(({ method }: { method: string }) => method), ['notifications/initialized', 'notifications/x']);
});

test('a batch is answered as a batch', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const batch = [request('echo', { n: 1 }, 1), { jsonrpc: '2.0', method: 'notifications/x' }, request('echo', { n: 2 }, 'b')];
  const streamed = await messages((await send(upstream, { session, body: batch })).body);
  assert.deepEqual(streamed.map(({ id, result }) => [id, result.n]), [[1, 1], ['b', 2]]);
  const plain = await json(await send(upstream, { session, body: batch, headers: JSON_ONLY }));
  assert.deepEqual(plain['map'](({ id }: { id: unknown }) => id), [1, 'b']);
  assert.equal((await send(upstream, { session, body: [{ jsonrpc: '2.0', method: 'notifications/x' }] })).status, 202);
});

test('progress and questions flow on the stream of the request', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const get = events((await send(upstream, { method: 'GET', session })).body);
  const progress = await messages((await send(upstream, { session, body: request('progress', { _meta: { progressToken: 'p' } }, 1) })).body);
  assert.deepEqual(progress.map(({ params }) => params?.progress), [1, 2, 3, undefined]);
  assert.deepEqual(progress.map(({ params }) => params?.progressToken), ['p', 'p', 'p', undefined]);

  const stream = events((await send(upstream, { session, body: request('ask', { params: { q: 1 } }, 2) })).body);
  const question = await next(stream);
  assert.equal(question['method'], 'sampling/createMessage');
  assert.equal((await send(upstream, { session, body: { jsonrpc: '2.0', id: question['id'], result: { a: 42 } } })).status, 202);
  assert.deepEqual((await next(stream))['result'], { answer: { a: 42 } });
  assert.equal((await stream.next()).done, true);

  await call(upstream, session, 'notify');
  assert.equal((await next(get))['method'], 'notifications/tools/list_changed');
});

test('a question the child takes back is taken back from the client', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const [question, cancelled] = await messages((await send(upstream, { session, body: request('askAndCancel') })).body);
  assert.equal(cancelled?.['method'], 'notifications/cancelled');
  assert.equal(cancelled?.['params'].requestId, question?.['id']);
});

test('what belongs to no request goes to the standalone stream, else to an open one, else waits', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const onPost = await messages((await send(upstream, { session, body: request('notify', { count: 2 }) })).body);
  assert.equal(onPost.length, 3);
  await send(upstream, { session, body: request('notify', { method: 'notifications/kept', count: 2 }), headers: JSON_ONLY }).then(json);
  const get = await send(upstream, { method: 'GET', session });
  assert.equal(get.status, 200);
  const stream = events(get.body);
  assert.deepEqual([(await next(stream))['params'].n, (await next(stream))['params'].n], [0, 1]);
  assert.equal((await send(upstream, { method: 'GET', session })).status, 409);
  await call(upstream, session, 'notify', { method: 'notifications/live' });
  assert.equal((await next(stream))['method'], 'notifications/live');
  get.body.destroy();
  await until('the stream can be opened again', async () => {
    const again = await send(upstream, { method: 'GET', session });
    again.body.destroy();
    return again.status === 200;
  });
});

test('what waits is bounded, and its loss is logged', async () => {
  const { upstream, logs } = start({ child: { line: 10_000 } });
  const session = await open(upstream);
  await send(upstream, { session, body: request('notify', { count: 20, size: 9000 }), headers: JSON_ONLY }).then(json);
  assert.ok(logs.some(({ level, event }) => level === 'warn' && event === 'messages-dropped'));
  const stream = events((await send(upstream, { method: 'GET', session })).body);
  await call(upstream, session, 'notify', { method: 'notifications/last' });
  let kept = 0;
  for await (const { method } of stream) {
    if (method === 'notifications/last') break;
    kept += 1;
  }
  assert.ok(kept < 10, `${kept} were kept`);
});

test('a slow client holds the child back rather than filling memory', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const slow = await send(upstream, { session, body: request('notify', { count: 400, size: 50_000 }) });
  const body = slow.body as PassThrough;
  await until('the stream is full', () => body.writableNeedDrain);
  // Another child's whole conversation: this one has had its time.
  await call(upstream, await open(upstream), 'echo');
  assert.ok(body.readableLength + body.writableLength < 1e6);
  assert.equal((await messages(slow.body)).length, 401);
});

test('a client that goes cancels nothing', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const gone = await send(upstream, { session, body: request('hold') });
  gone.body.destroy();
  const leaving = new AbortController();
  const rejected = send(upstream, { session, body: request('hold'), headers: JSON_ONLY, signal: leaving.signal });
  await call(upstream, session, 'echo');
  leaving.abort();
  await assert.rejects(rejected, UpstreamFault);
  await call(upstream, session, 'release');
  const { result } = await call(upstream, session, 'notes');
  assert.deepEqual(result.notes.map(({ method }: { method: string }) => method), ['notifications/initialized']);
});

test('a cancelled request is cancelled at the child, and its stream ends', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const stream = await send(upstream, { session, body: request('hang', {}, 'h') });
  const plain = send(upstream, { session, body: request('hang', {}, 'j'), headers: JSON_ONLY });
  for (const requestId of ['h', 'j']) {
    await send(upstream, { session, body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason: 'enough' } } });
  }
  assert.deepEqual(await messages(stream.body), []);
  assert.equal((await plain).status, 202);
  const { result } = await call(upstream, session, 'notes');
  assert.deepEqual(result.notes[1], { method: 'notifications/cancelled', params: { requestId: 'h', reason: 'enough' } });
});

test('two requests of one id are both answered', async () => {
  const { upstream } = start();
  const session = await open(upstream);
  const held = await send(upstream, { session, body: request('hold', {}, 5) });
  const [second] = await messages((await send(upstream, { session, body: request('echo', { n: 1 }, 5) })).body);
  assert.deepEqual([second?.['id'], second?.['result']], [5, { n: 1 }]);
  await call(upstream, session, 'release');
  assert.deepEqual((await messages(held.body)).map(({ id }) => id), [5]);
});

test('an exit ends the session: answers under way become errors', async () => {
  const { upstream, logs } = start();
  const session = await open(upstream);
  const get = await send(upstream, { method: 'GET', session });
  const stream = await send(upstream, { session, body: request('hang', {}, 'h') });
  const plain = send(upstream, { session, body: request('hang', {}, 'j'), headers: JSON_ONLY });
  const [exit] = await messages((await send(upstream, { session, body: request('exit', {}, 'e') })).body);
  assert.deepEqual([exit?.['id'], exit?.['error'].code], ['e', -32603]);
  assert.deepEqual((await messages(stream.body)).map(({ id, error }) => [id, error.code]), [['h', -32603]]);
  const { status, ...rest } = await plain;
  assert.equal(status, 502);
  assert.equal((await json({ status, ...rest }))['id'], 'j');
  assert.deepEqual(await messages(get.body), []);
  assert.equal((await send(upstream, { session, body: request('echo') })).status, 404);
  assert.ok(logs.some(({ level, event, fields }) => level === 'warn' && event === 'child-exited' && fields['code'] === 3));
});

test('a child that exits before it answers initialize is a 502', async () => {
  const { upstream } = start({ flags: ['crash'] });
  const response = await send(upstream, { body: INITIALIZE });
  assert.equal(response.status, 502);
  const { id, error } = await json(response);
  assert.deepEqual([id, error.code], ['init', -32603]);
  assert.equal(upstream.status().processes, 0);
});

test('a child that refuses initialize does not stay', async () => {
  const { upstream } = start({ flags: ['refuse'] });
  const response = await send(upstream, { body: INITIALIZE });
  assert.equal(response.headers['mcp-session-id'], undefined);
  const { id, error } = await json(response);
  assert.deepEqual([id, error.message], ['init', 'unwanted']);
  await until('the child has gone', () => upstream.status().processes === 0);
});

test('sessions beyond the cap are refused until there is room', async () => {
  const { upstream } = start({ child: { processes: 1 } });
  const session = await open(upstream);
  await assert.rejects(send(upstream, { body: INITIALIZE }), { stage: 'full' });
  await send(upstream, { method: 'DELETE', session });
  await until('there is room', () => upstream.status().processes === 0);
  await open(upstream);
});

test('idle sessions end, those with an open stream or a running call do not', async () => {
  let clock = 0;
  const { upstream } = start({ child: { idle: 40 }, now: () => clock });
  const idle = await open(upstream);
  const listening = await open(upstream);
  const waiting = await open(upstream);
  const get = await send(upstream, { method: 'GET', session: listening });
  const answer = send(upstream, { session: waiting, body: request('hang'), headers: JSON_ONLY });
  clock = 1000;
  await until('the idle one has ended', async () => upstream.status().processes === 2);
  assert.equal((await send(upstream, { session: idle, body: request('echo') })).status, 404);
  await call(upstream, listening, 'echo');
  await call(upstream, waiting, 'echo');
  await send(upstream, { method: 'DELETE', session: waiting });
  assert.equal((await answer).status, 502);
  get.body.destroy();
});

test('open streams are kept alive by comments', async () => {
  const { upstream } = start({ keepAlive: 20 });
  const session = await open(upstream);
  for (const call of [{ method: 'GET', session }, { session, body: request('hang') }]) {
    const { body } = await send(upstream, call);
    for await (const chunk of body) {
      assert.equal(String(chunk).slice(0, 6), ': ka\n\n');
      break;
    }
  }
});

test('after close nothing is served', async () => {
  const { upstream, pids } = start();
  const session = await open(upstream);
  const get = await send(upstream, { method: 'GET', session });
  upstream.close();
  assert.deepEqual(await messages(get.body), []);
  await assert.rejects(send(upstream, { session, body: request('echo') }), { stage: 'refused' });
  await until('the child has gone', () => pids().every((pid) => !isAlive(pid)));
});

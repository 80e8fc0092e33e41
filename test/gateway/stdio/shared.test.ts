import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../../support/http.js';
import { as, call, events, INITIALIZE, isAlive, json, JSON_ONLY, messages, next, open, request, send, start, type Json } from './support.js';

const shared = (flags: string[] = []): ReturnType<typeof start> => start({ flags, child: { sharing: 'shared' } });

test('one child serves all sessions, and is initialized once', async () => {
  const { upstream, pids } = shared();
  const [a, b] = await Promise.all([open(upstream), open(upstream)]);
  assert.notEqual(a, b);
  assert.equal((await call(upstream, a, 'pid'))['result'].pid, (await call(upstream, b, 'pid'))['result'].pid);
  assert.equal(pids().length, 1);
  const { result } = await call(upstream, a, 'notes');
  assert.deepEqual(result.notes.map(({ method }: Json) => method), ['notifications/initialized']);
  await send(upstream, { method: 'DELETE', session: a });
  assert.equal((await send(upstream, { session: a, body: request('echo') })).status, 404);
  await call(upstream, b, 'echo');
});

test('equal ids and progress tokens of two clients are kept apart, types and all', async () => {
  const { upstream } = shared();
  const sessions = [await open(upstream), await open(upstream)];
  for (const id of [1, 'one', 0]) {
    const bodies = sessions.map(() => request('progress', { _meta: { progressToken: id, other: true } }, id));
    const answers = await Promise.all(sessions.map(async (session, n) => messages((await send(upstream, { session, body: bodies[n] })).body)));
    for (const answer of answers) {
      assert.equal(answer.length, 4);
      assert.deepEqual(answer.slice(0, 3).map(({ params }) => params.progressToken), [id, id, id]);
      assert.equal(answer[3]?.['id'], id);
    }
    const tokens = answers.map((answer) => answer[3]?.['result'].token);
    assert.notEqual(tokens[0], tokens[1]);
    assert.deepEqual(tokens.map((token) => typeof token), [typeof id, typeof id]);
  }
});

test('a question goes to the session that asked, and only its answer counts', async () => {
  const { upstream } = shared();
  const [a, b] = [await open(upstream), await open(upstream)];
  const stream = events((await send(upstream, { session: a, body: request('ask') })).body);
  const question = await next(stream);
  await send(upstream, { session: b, body: { jsonrpc: '2.0', id: question['id'], result: { from: 'b' } } });
  await send(upstream, { session: a, body: { jsonrpc: '2.0', id: question['id'], result: { from: 'a' } } });
  assert.deepEqual((await next(stream))['result'], { answer: { from: 'a' } });
});

test('the child is answered when the session it asked ends', async () => {
  const { upstream } = shared();
  const [a, b] = [await open(upstream), await open(upstream)];
  const stream = events((await send(upstream, { session: a, body: request('ask') })).body);
  await next(stream);
  await send(upstream, { method: 'DELETE', session: a });
  assert.equal((await stream.next()).done, true);
  const { result } = await call(upstream, b, 'notes');
  assert.equal(result.notes[1].method, 'notifications/cancelled');
});

test('a client cancels its own requests only', async () => {
  const { upstream } = shared();
  const [a, b] = [await open(upstream), await open(upstream)];
  const [ofA, ofB] = await Promise.all([a, b].map((session) => send(upstream, { session, body: request('hold', {}, 'same') })));
  await send(upstream, { session: a, body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'same', reason: 'r' } } });
  assert.deepEqual(await messages(ofA!.body), []);
  await call(upstream, b, 'release');
  assert.deepEqual((await messages(ofB!.body)).map(({ id, result }) => [id, result]), [['same', { held: true }]]);
  const { result } = await call(upstream, b, 'notes');
  assert.equal(result.notes[1].params.reason, 'r');
  assert.notEqual(result.notes[1].params.requestId, 'same');
});

test('a slow client loses its stream rather than stopping the others', async () => {
  const { upstream } = start({ child: { sharing: 'shared', line: 100_000 } });
  const [slow, quick] = [await open(upstream, {}, as('one')), await open(upstream, {}, as('one'))];
  const { body } = await send(upstream, { session: slow, body: request('notify', { count: 100, size: 50_000 }) });
  await call(upstream, quick, 'echo');
  await until('the stream broke off', () => body.destroyed);
});

test('sessions outlive the child, requests under way do not', async () => {
  const { upstream, pids } = shared();
  const session = await open(upstream, { clientInfo: { name: 'first', version: '1' } });
  const plain = send(upstream, { session, body: request('hang', {}, 'j'), headers: JSON_ONLY });
  const [exit] = await messages((await send(upstream, { session, body: request('exit', {}, 'e') })).body);
  assert.deepEqual([exit?.['id'], exit?.['error'].code], ['e', -32603]);
  assert.equal((await json(await plain))['id'], 'j');
  const { result } = await call(upstream, session, 'pid');
  assert.equal(result.pid, pids()[1]);
  assert.deepEqual(upstream.status(), { processes: 1, restarts: 1 });
});

test('an answer meant for the child before is not given to the child after', async () => {
  const { upstream } = shared();
  const session = await open(upstream);
  const first = events((await send(upstream, { session, body: request('ask') })).body);
  const stale = await next(first);
  await call(upstream, session, 'exit');
  const second = events((await send(upstream, { session, body: request('ask') })).body);
  const fresh = await next(second);
  assert.notEqual(stale['id'], fresh['id']);
  for (const [{ id }, n] of [[stale, 1], [fresh, 2]] as const) await send(upstream, { session, body: { jsonrpc: '2.0', id, result: { n } } });
  assert.deepEqual((await next(second))['result'], { answer: { n: 2 } });
});

test('restarts come later and later', async () => {
  const { upstream, logs } = shared(['crash']);
  assert.equal((await send(upstream, { body: INITIALIZE })).status, 502);
  const delays = (): number[] => logs.filter(({ event }) => event === 'child-restarting').map(({ fields }) => fields['delay']);
  await until('it has been tried again', () => delays().length >= 3);
  assert.deepEqual(delays().slice(0, 3), [100, 200, 400]);
});

test('a client whose initialize is refused does not spoil it for the next', async () => {
  const { upstream } = shared();
  const unwanted = { ...INITIALIZE, params: { clientInfo: { name: 'unwanted' } } };
  assert.equal((await json(await send(upstream, { body: unwanted })))['error'].message, 'unwanted');
  let session = '';
  await until('another is accepted', () => open(upstream).then((id) => !!(session = id), () => false));
  const { error } = await call(upstream, session, 'initialize-again');
  assert.equal(error.code, -32601);
});

test('close ends the shared child and starts no other', async () => {
  const { upstream, pids } = shared();
  const session = await open(upstream);
  const hanging = await send(upstream, { session, body: request('hang') });
  upstream.close();
  await messages(hanging.body);
  await until('the child is gone', () => pids().every((pid) => !isAlive(pid)));
  assert.equal(upstream.status().restarts, 0);
});

test('close while a restart is due starts nothing', async () => {
  const { upstream, logs, pids } = shared(['crash']);
  await send(upstream, { body: INITIALIZE });
  await until('a restart is due', () => logs.some(({ event }) => event === 'child-restarting'));
  const waiting = assert.rejects(send(upstream, { body: INITIALIZE }), { stage: 'refused' });
  upstream.close();
  await waiting;
  assert.equal(pids().length, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondsUntil } from '#src/gateway/runtime/stdio/session-places.js';
import { until } from '../../support/http.js';
import { as, call, INITIALIZE, isAlive, json, JSON_ONLY, messages, open, request, send, start, type Json } from './support.js';

test('field-04 where all places are taken the session that is idle longest ends, and none that is in use', async () => {
  let time = 1000;
  const { upstream, logs, pids } = start({ child: { processes: 3 }, now: () => time++ });
  const [calling, abandoned, later] = [await open(upstream), await open(upstream), await open(upstream)];
  const held = await send(upstream, { session: calling, body: request('hold') });
  await call(upstream, later, 'echo');
  const fourth = await open(upstream);
  assert.equal((await send(upstream, { session: abandoned, body: request('echo') })).status, 404);
  assert.ok(!isAlive(pids()[1]!), 'never more children than allowed');
  await call(upstream, later, 'echo');
  await call(upstream, fourth, 'echo');
  await call(upstream, calling, 'release');
  assert.equal((await messages(held.body)).length, 1);
  assert.equal(upstream.counts.ended, 1);
  assert.deepEqual(logs.find(({ event }) => event === 'session-ended')?.fields['reason'], 'idle, and its place was needed');
});

test('field-04 a call whose client has left keeps its session, and so does a stream that stands', async () => {
  const { upstream } = start({ child: { processes: 2 } });
  const [left, standing] = [await open(upstream), await open(upstream)];
  const gone = await send(upstream, { session: left, body: request('hold') });
  gone.body.destroy();
  const stream = await send(upstream, { method: 'GET', session: standing });
  await assert.rejects(open(upstream), { stage: 'full' });
  stream.body.destroy();
  await until('its place is free', () => open(upstream).then(() => true, () => false));
  await call(upstream, left, 'release');
});

test('field-04 who is refused is told when it is worth asking again, and so is the log', async () => {
  const { upstream, logs } = start({ child: { processes: 1 }, timeouts: { firstByte: 60_000, response: 7000 } });
  const session = await open(upstream);
  await send(upstream, { session, body: request('hang') });
  await assert.rejects(send(upstream, { body: INITIALIZE }), ({ stage, retryAfter }: Json) => stage === 'full' && retryAfter > 1 && retryAfter <= 7);
  assert.equal(upstream.counts.full, 1);
  const line = logs.find(({ event }) => event === 'sessions-full');
  assert.equal(line?.level, 'warn');
  assert.ok(line.fields['retry_after'] > 1);
  assert.deepEqual([secondsUntil([Infinity], 0), secondsUntil([Infinity, 2500], 0), secondsUntil([-5], 0), secondsUntil([], 0)], [60, 3, 1, 60]);
});

test('field-08a one caller never has all sessions, nor ends those of others for more of its own', async () => {
  const { upstream } = start({ child: { processes: 4 } });
  const mallory = as('mallory');
  for (let n = 0; n < 2; n += 1) await send(upstream, { session: await open(upstream, {}, mallory), body: request('hang') });
  await assert.rejects(open(upstream, {}, mallory), { stage: 'full' }, 'half is all it gets');
  const alice = await open(upstream, {}, as('alice'));
  const bob = await open(upstream, {}, as('bob'));
  await assert.rejects(open(upstream, {}, mallory), { stage: 'full' }, 'what others have idle is not for it');
  for (const session of [alice, bob]) await call(upstream, session, 'echo');
});

test('field-08a whoever uses its share up and opens one more loses its own that is idle longest', async () => {
  let time = 1000;
  const { upstream } = start({ child: { processes: 6 }, now: () => time++ });
  const theirs = await open(upstream, {}, as('alice'));
  const [first, second] = [await open(upstream, {}, as('bob')), await open(upstream, {}, as('bob'))];
  const third = await open(upstream, {}, as('bob'));
  assert.equal((await send(upstream, { session: first, body: request('echo') })).status, 404);
  for (const session of [theirs, second, third]) await call(upstream, session, 'echo');
});

test('field-08a a tenant leaves the others their part, whatever its clients', async () => {
  const { upstream } = start({ child: { processes: 4 } });
  for (const client of ['one', 'two']) {
    const session = await open(upstream, {}, as(client, 'acme'));
    await send(upstream, { session, body: request('hang') });
  }
  await assert.rejects(open(upstream, {}, as('three', 'acme')), { stage: 'full' });
  await open(upstream, {}, as('one', 'globex'));
});

test('field-08b a call that hangs ends in time, the child is told, and its place is given back', async () => {
  for (const sharing of ['session', 'shared'] as const) {
    const { upstream } = start({ child: { sharing }, timeouts: { firstByte: 60_000, response: 300 } });
    const session = await open(upstream);
    const [streamed] = await messages((await send(upstream, { session, body: request('hang', {}, 'h') })).body);
    const data = { reason: 'upstream-timeout', requestId: null };
    assert.deepEqual([streamed?.['id'], streamed?.['error']], ['h', { code: -32001, message: 'No answer within timeouts.response (0.3 s)', data }]);
    const plain = await send(upstream, { session, body: request('hang', {}, 7), headers: JSON_ONLY });
    assert.equal(plain.status, 504);
    assert.equal((await json(plain))['id'], 7);
    const { result } = await call(upstream, session, 'notes');
    const cancelled = result.notes.filter(({ method }: Json) => method === 'notifications/cancelled');
    assert.equal(cancelled.length, 2);
    assert.match(cancelled[0].params.reason, /timeouts\.response/);
  }
});

test('field-08c calls of a shared child have shares too', async () => {
  const { upstream } = start({ child: { sharing: 'shared' } });
  const [many, few] = [await open(upstream, {}, as('many')), await open(upstream, {}, as('few'))];
  const batch = Array.from({ length: 2048 }, (_, id) => request('hang', {}, id));
  await send(upstream, { session: many, body: batch });
  await assert.rejects(send(upstream, { session: many, body: request('echo') }), { stage: 'full' });
  await call(upstream, few, 'echo');
  await send(upstream, { method: 'DELETE', session: many });
  const again = await open(upstream, {}, as('many'));
  await call(upstream, again, 'echo');
});

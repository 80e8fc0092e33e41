import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from './support.js';
import { as, call, events, INITIALIZE, json, JSON_ONLY, messages, next, open, request, send, start } from './support.js';

const shared = (flags: string[] = []): ReturnType<typeof start> => start({ flags, child: { sharing: 'shared' } });

/** A GET stream of a session. */
const listen = async (upstream: ReturnType<typeof start>['upstream'], session: string) => events((await send(upstream, { method: 'GET', session })).body);

test('field-02a a question is refused to the child where two callers could be meant', async () => {
  const { upstream } = shared();
  const [a, b] = [await open(upstream, {}, as('alice')), await open(upstream, {}, as('bob'))];
  const held = await send(upstream, { session: a, body: request('hold') });
  const answered = await messages((await send(upstream, { session: b, body: request('ask') })).body);
  assert.equal(answered.length, 1, 'nobody was asked');
  assert.equal(answered[0]?.['result'].answer.error.code, -32603);
  assert.equal(upstream.counts.refused, 1);
  await call(upstream, b, 'release');
  assert.equal((await messages(held.body)).length, 1, 'nor the other');
});

test('field-02a what a caller gave up may still be asked about: nobody else is', async () => {
  const { upstream } = shared();
  const [a, b] = [await open(upstream, {}, as('alice')), await open(upstream, {}, as('bob'))];
  const hung = send(upstream, { session: a, body: request('hang', {}, 'h'), headers: JSON_ONLY });
  await call(upstream, a, 'echo');
  await send(upstream, { session: a, body: { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'h' } } });
  await hung;
  const [answer] = await messages((await send(upstream, { session: b, body: request('ask') })).body);
  assert.equal(answer?.['result'].answer.error.code, -32603);
});

test('field-02b what a child says unasked reaches nobody where two callers could be meant, and is counted', async () => {
  const { upstream, logs } = shared();
  const [a, b] = [await open(upstream, {}, as('alice')), await open(upstream, {}, as('bob'))];
  const streams = await Promise.all([a, b].map((session) => listen(upstream, session)));
  const kinds = ['notifications/message', 'notifications/resources/updated', 'notifications/progress', 'notifications/tools/list_changed', 'x'];
  for (const method of kinds) {
    const { body } = await send(upstream, { session: a, body: request('notify', { method }) });
    assert.equal((await messages(body)).length, 1, method);
  }
  assert.equal(upstream.counts.dropped, kinds.length);
  assert.equal(logs.filter(({ event }) => event === 'messages-dropped').length, 1, 'a flood is told once');
  for (const session of [a, b]) await send(upstream, { method: 'DELETE', session });
  for (const stream of streams) assert.equal((await stream.next()).done, true, 'nothing was on the stream');
});

test('field-02b one caller is one, whatever its sessions; callers without a name are as many as their sessions', async () => {
  const { upstream } = shared();
  const sessions = [await open(upstream, {}, as('alice')), await open(upstream, {}, as('alice'))];
  const streams = await Promise.all(sessions.map((session) => listen(upstream, session)));
  await call(upstream, sessions[0]!, 'notify', { method: 'notifications/message' });
  for (const stream of streams) assert.equal((await next(stream))['method'], 'notifications/message');
  const same = { 'x-mcpgen-caller': ' ', 'x-forwarded-for': '203.0.113.7' };
  const nameless = shared().upstream;
  const [one] = [await open(nameless, {}, same), await open(nameless, {}, same)];
  await call(nameless, one, 'notify', { method: 'notifications/message' });
  assert.equal(nameless.counts.dropped, 1);
});

test('field-02b tenants are told apart though their clients have one name', async () => {
  const { upstream } = shared();
  const [a] = [await open(upstream, {}, as('app', 'acme')), await open(upstream, {}, as('app', 'globex'))];
  await call(upstream, a, 'notify', { method: 'notifications/message' });
  assert.equal(upstream.counts.dropped, 1);
});

test('field-02a the only caller is asked, in the session whose request is the newest', async () => {
  const { upstream } = shared();
  const [a, b] = [await open(upstream, {}, as('alice')), await open(upstream, {}, as('alice'))];
  const held = await send(upstream, { session: a, body: request('hold') });
  const stream = events((await send(upstream, { session: b, body: request('ask') })).body);
  const question = await next(stream);
  await send(upstream, { session: b, body: { jsonrpc: '2.0', id: question['id'], result: { n: 1 } } });
  assert.deepEqual((await next(stream))['result'], { answer: { n: 1 } });
  await call(upstream, a, 'release');
  await messages(held.body);
});

test('field-03b text passes through a shared child as it was written, both ways', async () => {
  const { upstream, logs } = start({ flags: ['trace'], child: { sharing: 'shared' } });
  const session = await open(upstream);
  const id = '90071992547409931234';
  const body = `{ "jsonrpc":"2.0", "params":{"n":98765432109876543210, "_meta":{ "progressToken": 123456789012345678901 }},"method":"exact", "id" : ${id} }`;
  const response = await send(upstream, { session, body, headers: JSON_ONLY });
  const raw = (await response.body.toArray()).join('');
  assert.equal(raw, `{"jsonrpc":"2.0","id":${id},"result":{"n":12345678901234567890}}`);
  await call(upstream, session, 'echo');
  const line = logs.map(({ fields }) => String(fields['text'])).find((text) => text.includes('98765432109876543210')) ?? '';
  const shape = /^\{ "jsonrpc":"2\.0", "params":\{"n":98765432109876543210, "_meta":\{ "progressToken": \d+ \}\},"method":"exact", "id" : \d+ \}$/;
  assert.match(line, shape);
  assert.doesNotMatch(line, /123456789012345678901|90071992547409931234/, 'ids and tokens are not those of the client');
  const asked = `{"jsonrpc":"2.0","id":1,"method":"progress","params":{"_meta":{"progressToken":${id}}}}`;
  const progressed = await send(upstream, { session, body: asked });
  assert.equal((await progressed.body.toArray()).join('').split(`"progressToken":${id}`).length, 4);
});

test('field-03b a batch keeps its numbers, and so does the reply to initialize', async () => {
  const { upstream, logs } = start({ flags: ['trace'] });
  const session = await open(upstream);
  const body = '[{"jsonrpc":"2.0","id":1,"method":"echo","params":{"n":98765432109876543210}} , {"jsonrpc":"2.0","method":"notifications/x"}]';
  await json(await send(upstream, { session, body, headers: JSON_ONLY }));
  await call(upstream, session, 'echo');
  assert.ok(logs.some(({ fields }) => fields['text'] === '{"jsonrpc":"2.0","id":1,"method":"echo","params":{"n":98765432109876543210}}'));
  const initialize = JSON.stringify(INITIALIZE).replace('"init"', '90071992547409931234');
  const opened = await send(upstream, { body: initialize });
  assert.match((await opened.body.toArray()).join(''), /"id":90071992547409931234\b/);
});

const of = (answer: Json | undefined): unknown => answer?.['error']?.message;

test('field-06 an answer that is too long fails its own call, wherever its id stands; the child and other calls live on', async () => {
  for (const sharing of ['session', 'shared'] as const) {
    const { upstream, pids, logs } = start({ child: { line: 100_000, sharing } });
    const session = await open(upstream);
    const held = await send(upstream, { session, body: request('hold') });
    for (const order of ['first', 'last']) {
      const [answer] = await messages((await send(upstream, { session, body: request('big', { bytes: 300_000, order }) })).body);
      assert.equal(of(answer), 'The answer is longer than limits.line (100000 bytes)', `${sharing} ${order}`);
    }
    await call(upstream, session, 'release');
    assert.equal((await messages(held.body)).at(-1)?.['result'].held, true);
    assert.equal(pids().length, 1);
    assert.equal(logs.filter(({ event }) => event === 'child-line-too-long').length, 2);
    assert.ok(!logs.some(({ event }) => event === 'child-killed'));
  }
});

test('field-06 a line that names nobody is that of the only call that waits, and of none where several do', async () => {
  const { upstream, logs } = start({ child: { line: 100_000 } });
  const session = await open(upstream);
  const [only] = await messages((await send(upstream, { session, body: request('longLine', { bytes: 200_000 }) })).body);
  assert.match(String(of(only)), /limits\.line/);
  const other = start({ child: { line: 100_000 } });
  const busy = await open(other.upstream);
  const held = await send(other.upstream, { session: busy, body: request('hold') });
  assert.deepEqual((await call(other.upstream, busy, 'big', { bytes: 200_000, order: 'none' }))['result'], {});
  await call(other.upstream, busy, 'release');
  assert.equal((await messages(held.body)).at(-1)?.['result'].held, true);
  assert.match(other.logs.find(({ event }) => event === 'child-line-too-long')?.fields['lost'], /nobody knows/);
  assert.equal(logs.filter(({ event }) => event === 'child-line-too-long').length, 1);
});

test('field-06 a question or a message that is too long fails no call: the child is told', async () => {
  const { upstream } = start({ child: { line: 100_000 } });
  const session = await open(upstream);
  const { result } = await call(upstream, session, 'bigQuestion', { bytes: 200_000 });
  assert.match(result.answer.error.message, /limits\.line/);
  assert.deepEqual((await call(upstream, session, 'notify', { size: 200_000 }))['result'], {});
  assert.equal(upstream.counts.dropped, 2);
});

/** The old transport that the gateway makes itself: what is bounded in it, and who may do what. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSealer } from '#src/gateway/runtime/identity/session.js';
import { createHash } from 'node:crypto';
import { request, type ErrorBody } from '../../../support/gateway-messages.js';
import { as, secretValue, startGateway } from '../../../support/gateway.js';
import { ask, dial, requestBytes, until, within, type HttpAnswer } from '../../../support/http.js';
import { json, stream } from '../../../support/upstreams.js';
import { initialized, openSession, openStream } from './support.js';
import { CONFIG, one, two, brief, fake, pools, reason, metric, sessions, since } from './stand.js';

describe('bounds', () => {
  test('sessions are limited, counted and released', async () => {
    fake.behave = sessions('few');
    await until('the end of others', async () => (await metric('mcpgen_sessions_active')) === 0);
    const first = await openSession(one.port, '/mcp/fake/sse', 'few');
    assert.deepEqual([await metric('mcpgen_sessions_active'), await metric('mcpgen_streams_open')], [1, 1]);
    const second = await ask(one.port, { path: '/mcp/fake/sse', headers: as('few') });
    assert.deepEqual([second.status, reason(second)], [429, 'sessions-full']);
    first.close();
    await until('the place', async () => (await metric('mcpgen_sessions_active')) === 0 && (await metric('mcpgen_streams_open')) === 0);
  });

  test('a client that calls and does not read is held back, then given up', async () => {
    const open = sessions('flood');
    const text = 'x'.repeat(300_000);
    fake.behave = (one) => (one.message?.method === 'much' ? json(one.response, { jsonrpc: '2.0', id: one.message.id, result: { text } }) : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    opened.connection.pause();
    const seen = new Set<number>();
    let n = 0;
    await until('the end of the session', async () => seen.add((await opened.post(request('much', {}, ++n))).status).has(404));
    assert.deepEqual([...seen], [202, 503, 404]);
    opened.close();
  });

  test('many large answers at once all reach whoever reads', async () => {
    const open = sessions('burst');
    // More in all than may wait for a client at once.
    const text = 'x'.repeat(100_000);
    const held: (() => void)[] = [];
    fake.behave = (one) =>
      (one.message?.method === 'much' ? void held.push(() => json(one.response, { jsonrpc: '2.0', id: one.message?.id, result: { text } })) : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    const ids = Array.from({ length: 60 }, (_, n) => n);
    await Promise.all(ids.map((n) => opened.post(request('much', {}, n))));
    await until('all of them', () => held.length === ids.length);
    for (const answer of held) answer();
    const answers = (await opened.messages(61)).slice(1) as { id: number; result: { text: string } }[];
    assert.deepEqual(answers.map(({ id }) => id).sort((a, b) => a - b), ids);
    assert.ok(answers.every(({ result }) => result.text === text));
    opened.close();
  });

  test('a stream that is not read holds its server back', async () => {
    const open = sessions('held');
    let written = 0;
    let isHeld = false;
    fake.behave = (one) => {
      if (one.message?.method !== 'endless') return open(one);
      const out = stream(one.response);
      const event = `data: {"jsonrpc":"2.0","method":"notifications/x","params":{"x":"${'x'.repeat(60_000)}"}}\n\n`;
      const more = (): void => {
        while (!isHeld && !out.destroyed && written < 400_000_000) {
          written += event.length;
          if (!out.write(event)) return void out.once('drain', more);
        }
      };
      more();
    };
    const opened = await openSession(one.port, '/mcp/fake/sse');
    opened.connection.pause();
    await opened.post(request('endless', {}, 2));
    let before = -1;
    await until('a rest', async () => {
      const rests = before === written && written > 0;
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return rests && before === written;
    });
    isHeld = true;
    assert.ok(written < 100_000_000, `${written} bytes were taken`);
    opened.close();
  });

  test('too many messages under way are refused', async () => {
    const open = sessions('busy');
    fake.behave = (one) => (one.message?.method === 'hang' ? undefined : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    const answers = await Promise.all(Array.from({ length: 70 }, (_, n) => opened.post(request('hang', {}, n))));
    const refused = answers.filter(({ status }) => status !== 202);
    assert.ok(refused.length >= 6 && refused.every((answer) => answer.status === 503 && reason(answer) === 'instance-full' && answer.headers['retry-after']));
    opened.close();
  });
});

describe('servers and clients that mean no good', () => {
  test('a server that never closes the streams of its answers holds up nothing', async () => {
    fake.behave = ({ message, method, response }) => {
      if (method !== 'POST' || message?.id === undefined) return void response.writeHead(method === 'POST' ? 202 : 405).end();
      stream(response, { 'mcp-session-id': 'open' }).write(
        `data: ${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: { protocolVersion: '2025-11-25' } })}\n\n`,
      );
    };
    const opened = await openSession(one.port, '/mcp/fake/sse');
    for (let n = 0; n < 100; n++) await until('room for more', async () => (await opened.post(request('tools/list', {}, n))).status === 202);
    await opened.messages(101);
    opened.close();
  });

  test('what is cancelled, and what comes to no end, is broken off', async () => {
    const received = since();
    const open = sessions('slow');
    fake.behave = (one) => {
      if (one.message?.method === 'drip') return void one.response.writeHead(200, { 'content-type': 'application/json' }).write('{"jsonrpc":');
      return one.message?.method === 'still' ? void stream(one.response).write(': nothing yet\n\n') : open(one);
    };
    const opened = await openSession(brief.port, '/mcp/fake/sse');
    await opened.post(request('still', {}, 2));
    await opened.post(request('still', {}, '2'));
    await opened.post(request('drip', {}, 3));
    await until('all three', () => received(({ message }) => /still|drip/.test(message?.method ?? '')).length === 3);
    await opened.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
    const [cancelled, other] = received(({ message }) => message?.method === 'still');
    let isOtherGone = false;
    void other?.abandoned.then(() => (isOtherGone = true));
    await within(cancelled?.abandoned ?? Promise.resolve(), 'the end of the cancelled one');
    assert.equal(isOtherGone, false, 'of another id');
    const failed = (await opened.messages(3)).slice(1) as { id: unknown; error: { code: number } }[];
    assert.deepEqual(failed.map(({ id, error }) => [id, error.code]).sort(), [['2', 502], [3, 502]].sort());
    opened.close();
  });

  test('many that are under way can still be cancelled', async () => {
    const open = sessions('stuck');
    fake.behave = (one) =>
      (one.message?.method === 'still' ? void stream(one.response, { 'content-type': 'Text/Event-Stream' }).write(': nothing yet\n\n') : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    for (let n = 0; n < 64; n++) assert.equal((await opened.post(request('still', {}, n))).status, 202);
    assert.equal((await opened.post(request('tools/list', {}, 'more'))).status, 503);
    for (let n = 0; n < 64; n++) assert.equal((await opened.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: n } })).status, 202);
    await until('room', async () => (await opened.post(request('tools/list', {}, 'more'))).status === 202);
    assert.equal((await opened.messages(2))[1]?.['id'], 'more');
    opened.close();
  });

  test('a server that refuses with a stream has refused', async () => {
    const open = sessions('lost');
    fake.behave = (one) => (one.method === 'GET' ? void one.response.writeHead(404, { 'content-type': 'text/event-stream' }).end(': gone\n\n') : open(one));
    const opened = await openSession(one.port, '/mcp/fake/sse');
    assert.ok((await opened.connection.body()).complete);
  });

  test('servers that send parts without end are given memory for some, in all sessions together', async () => {
    const open = sessions('parts');
    fake.behave = (one) => (one.message?.method === 'parts' ? void stream(one.response).write(`data: ${'x'.repeat(15 * 2 ** 20)}`) : open(one));
    const gateway = await startGateway({ config: { ...CONFIG, gateway: { ...(CONFIG['gateway'] as object), timeouts: {} } }, pools });
    const failed = await Promise.any(Array.from({ length: 6 }, async () => {
      const opened = await openSession(gateway.port, '/mcp/fake/sse');
      await opened.post(request('parts', {}, 2));
      return (await opened.messages(2))[1] as unknown as ErrorBody;
    }));
    assert.equal(failed.error.data.reason, 'upstream-lost');
    await gateway.stop();
  });

  test('however often a client says that it is ready, one stream stands', async () => {
    const received = since();
    fake.behave = sessions('eager');
    const opened = await openSession(one.port, '/mcp/fake/sse');
    for (let n = 0; n < 10; n++) await opened.post(initialized);
    await opened.post(request('tools/list', {}, 2));
    await opened.messages(2);
    assert.equal(received(({ method }) => method === 'GET').length, 1);
    opened.close();
  });

  test('field-29 what is posted counts until its server has it, for all sessions together', async () => {
    const open = sessions('heavy');
    const held: (() => void)[] = [];
    fake.behave = (one) =>
      (one.message?.method === 'heavy' ? void held.push(() => json(one.response, { jsonrpc: '2.0', id: one.message?.id, result: {} })) : open(one));
    const gateway = await startGateway({ config: CONFIG, pools });
    const streams = await Promise.all(Array.from({ length: 12 }, () => openSession(gateway.port, '/mcp/fake/sse')));
    const statuses: number[] = [];
    for (const [n, each] of streams.entries()) statuses.push((await each.post(request('heavy', { text: 'x'.repeat(3_900_000) }, n))).status);
    assert.ok(statuses.includes(202), statuses.join());
    // What had to be refused, since others had not been passed on yet, finds room without any answer.
    await until('those that were taken', () => held.length === statuses.filter((status) => status === 202).length);
    const rest = 12 - held.length;
    const again = request('heavy', { text: 'x'.repeat(3_900_000) }, 98);
    for (const each of streams.slice(0, rest)) await until('room', async () => (await each.post(again)).status === 202);
    await until('all', () => held.length === 12);
    for (const answer of held.splice(0)) answer();
    await until('room', async () => (await streams.at(-1)?.post(request('heavy', { text: 'x'.repeat(3_900_000) }, 99)))?.status === 202);
    for (const each of streams) each.close();
    await gateway.stop();
  });
});

test('a client that leaves is no loss of messages', async () => {
  fake.behave = sessions('leaver');
  const from = one.logs.length;
  const opened = await openSession(one.port, '/mcp/fake/sse');
  opened.close();
  await one.waitFor('request', ({ method, complete }) => method === 'GET' && complete === false, from);
  assert.deepEqual(one.logs.slice(from).filter(({ level }) => level === 'warn'), []);
});

describe('who may do what', () => {
  const UNKNOWN = [404, 1, 'Session not found', 'session-unknown'];
  const unknown = (answer: HttpAnswer): unknown[] => {
    const { id, error } = JSON.parse(answer.text) as ErrorBody;
    return [answer.status, id, error.message, error.data.reason];
  };

  test('ids of others, of other servers, of streams that have ended: the same 404 at both replicas', async () => {
    fake.behave = sessions('mine');
    const opened = await openSession(one.port, '/mcp/fake/sse');
    const received = since();
    for (const { port } of [one, two]) {
      for (const [path, who] of [
        [opened.endpoint, 'twin'],
        [opened.endpoint, 'few'],
        [opened.endpoint.replace('/fake/', '/other/'), 'acme'],
        [`${opened.endpoint.slice(0, -4)}AAAA`, 'acme'],
        ['/mcp/fake/message', 'acme'],
      ] as const) assert.deepEqual(unknown(await ask(port, { path, message: request('ping'), headers: as(who) })), UNKNOWN);
    }
    assert.equal((await ask(two.port, { path: opened.endpoint, message: request('ping') })).status, 401);
    assert.equal(received(({ message }) => message?.method === 'ping').length, 0);
    opened.close();
    await until('the end', async () => (await metric('mcpgen_sessions_active')) === 0);
    for (const { port } of [one, two]) assert.deepEqual(unknown(await opened.post(request('ping'), { port })), UNKNOWN);
  });

  test('where the config has one replica, the streams of another are unknown', async () => {
    const lonely = await startGateway({ config: { ...CONFIG, gateway: { ...(CONFIG['gateway'] as object), replicas: 1 } }, pools });
    const opened = await openStream(one.port, '/mcp/fake/sse');
    assert.deepEqual(unknown(await opened.post(request('ping'), { port: lonely.port })), UNKNOWN);
    opened.close();
    await lonely.stop();
  });

  test('a replica whose process has ended takes its streams with it', async () => {
    const gone = await startGateway({ config: CONFIG, pools });
    const opened = await openStream(gone.port, '/mcp/fake/sse');
    await gone.stop();
    assert.deepEqual(unknown(await opened.post(request('ping'), { port: two.port })), UNKNOWN);
    opened.close();
  });

  test('field-35b what one replica vouches for is charged once, and its line says that it was relayed; what it cannot vouch for is judged', async () => {
    fake.behave = sessions('relayed');
    const opened = await openSession(one.port, '/mcp/fake/sse');
    const calls = (await metric('mcpgen_tool_calls_total{server="fake"}')) || 0;
    await opened.post(request('tools/call', { name: 'x' }, 2), { port: two.port });
    await opened.messages(2);
    assert.equal((await metric('mcpgen_tool_calls_total{server="fake"}')) || 0, calls);
    const isCall = (line: Readonly<Record<string, unknown>>): boolean => line['server'] === 'fake' && line['tool'] === 'x';
    const relayed = await one.waitFor('audit', (line) => isCall(line) && line['relayed'] === true);
    const judged = await two.waitFor('audit', (line) => isCall(line) && line['relayed'] === undefined);
    assert.equal(relayed['arguments_digest'], judged['arguments_digest']);
    assert.equal(relayed['client'], 'acme');
    const big = await ask(two.port, { path: opened.endpoint, body: `"${'x'.repeat(5e6)}"`, headers: as('acme') });
    assert.equal(big.status, 413);
    opened.close();
  });

  test('field-35b a proof is for one stream, one body, one moment and one server, good once, and only for what it says', async () => {
    fake.behave = sessions('forged');
    const opened = await openSession(one.port, '/mcp/fake/sse');
    const received = since();
    const id = opened.endpoint.split('sessionId=')[1] ?? '';
    const digest = (text: string): string => createHash('sha256').update(text).digest('base64url');
    const { seal } = createSealer([secretValue('SESSION_KEY')], 1e9, Date.now);
    const called = (client: string) => ({ principal: `client:${client}`, caller: { kind: 'client', client, permissions: [] } }) as const;
    const good = {
      transport: 'relay',
      tenant: 'acme',
      ...called('acme'),
      issuedAt: Date.now(),
      init: null,
      legs: [{ server: 'fake', instance: '', upstreamId: `${digest(id)} ${digest(JSON.stringify(request('ping')))}` }],
    } as const;
    const send = async (proof: string | null, path = opened.endpoint): Promise<number> =>
      (await ask(one.port, { path, message: request('ping'), headers: { 'mcpgen-relay': proof ?? '' } })).status;
    for (const proof of [
      'x',
      id,
      seal({ ...good, transport: 'message' }),
      seal({ ...good, transport: 'mcp' }),
      seal({ ...good, issuedAt: Date.now() - 60_000 }),
      seal({ ...good, issuedAt: Date.now() + 60_000 }),
      seal({ ...good, principal: 'anonymous' }),
      // Nobody is somebody else than the replica says that it has let in.
      seal({ ...good, principal: 'client:twin' }),
      seal({ ...good, ...called('nobody') }),
      seal({ ...good, legs: [] }),
      seal({ ...good, legs: [{ ...good.legs[0], server: 'other' }] }),
      seal({ ...good, legs: [{ ...good.legs[0], upstreamId: digest(`${id}x`) }] }),
      seal({ ...good, legs: [{ ...good.legs[0], upstreamId: digest(id) }] }),
      seal({ ...good, legs: [{ ...good.legs[0], upstreamId: `${digest(id)} ${digest(JSON.stringify(request('pong')))}` }] }),
      createSealer(['another key that is long enough, really'], 1e9, Date.now).seal(good),
    ]) assert.equal(await send(proof), 401);
    assert.equal((await ask(one.port, { path: '/mcp/fake', message: request('ping'), headers: { 'mcpgen-relay': seal(good) ?? '' } })).status, 401);
    // Vouched for, and still not the owner of the session.
    assert.equal(await send(seal({ ...good, ...called('twin') })), 404);
    assert.equal(await send(seal({ ...good, tenant: 'few' })), 404);
    const pings = () => received(({ message }) => message?.method === 'ping').length;
    assert.equal(pings(), 0);
    const proof = seal(good);
    assert.equal(await send(proof), 202);
    await until('the message', () => pings() === 1);
    // field-35b: whoever has seen it can do nothing with it.
    assert.equal(await send(proof), 401);
    assert.equal(pings(), 1);
    opened.close();
  });

  test('methods', async () => {
    const posted = await ask(one.port, { path: '/mcp/fake/sse', message: request('ping'), headers: as('acme') });
    assert.deepEqual([posted.status, posted.headers['allow']], [405, 'GET']);
    const got = await ask(one.port, { path: '/mcp/fake/message?sessionId=x', headers: as('acme') });
    assert.deepEqual([got.status, got.headers['allow']], [405, 'POST']);
  });

  test('a stream that is opened and left at once leaves nothing behind', async () => {
    const count = await metric('mcpgen_sessions_opened_total');
    for (let n = 0; n < 20; n++) {
      const connection = await dial(one.port);
      connection.send(requestBytes({ path: '/mcp/fake/sse', headers: as('acme') }));
      if (n % 2 === 0) await connection.head();
      connection.reset();
    }
    await until('the end of all', async () => (await metric('mcpgen_sessions_active')) === 0 && (await metric('mcpgen_streams_open')) === 0);
    assert.equal(await metric('mcpgen_sessions_opened_total'), await metric('mcpgen_sessions_ended_total'), `of ${count}`);
  });
});

/** The pool of sessions at legacy servers: shared, bounded, ended when nobody needs them. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { LegacySessions, type SessionsOptions } from '#src/gateway/runtime/answer/bridge/legacy-sessions.js';
import { eventsFor, readAsked } from '#src/gateway/runtime/answer/bridge/asked.js';
import type { Call } from '#src/gateway/runtime/answer/call.js';
import type { UpstreamRequest, UpstreamResponse } from '#src/gateway/runtime/upstream/upstream.js';
import { until } from '../../../support/http.js';

/** One instance, and what it was sent: methods, with the session they belong to. */
function server() {
  const log: string[] = [];
  let last = 0;
  let isBroken = false;
  const send = async ({ method, headers, body }: UpstreamRequest): Promise<UpstreamResponse> => {
    const message = body ? (JSON.parse(body.toString()) as { method: string }) : null;
    const session = headers['mcp-session-id'] ?? `s${++last}`;
    log.push(`${message?.method ?? method} ${session}`);
    if (message?.method !== 'initialize') return { status: 202, headers: {}, body: Buffer.alloc(0) };
    const result = isBroken ? {} : { protocolVersion: '2025-06-18', capabilities: {} };
    return { status: 200, headers: { 'mcp-session-id': session }, body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 'mcpgen', result })) };
  };
  const instance = { id: 'one', upstream: { send } };
  const pool = { server: 'x', byId: (): object | undefined => instance };
  const call = (owner: string, at: object = pool) =>
    ({
      pool: at,
      owner,
      table: { timeouts: { connect: 1000, firstByte: 1000 } },
      request: { headers: {} },
      send: async (request: UpstreamRequest) => ({ instance, response: await send(request) }),
    }) as unknown as Call;
  return { log, call, pool, instance, breakIt: (broken: boolean) => void (isBroken = broken) };
}

function sessions(options?: SessionsOptions): LegacySessions {
  const made = new LegacySessions(options);
  // Its timer alone keeps no process.
  const awake = setInterval(() => {}, 1000);
  after(() => (clearInterval(awake), made.close()));
  return made;
}

describe('sessions', () => {
  test('callers of one owner share one, also while it opens; it speaks the revision that was agreed on', async () => {
    const { call, log } = server();
    const pool = sessions();
    const [one, two, other] = await Promise.all([pool.of(call('a')), pool.of(call('a')), pool.of(call('b'))]);
    assert.equal(one, two);
    assert.notEqual(one, other);
    assert.equal(await pool.of(call('a')), one);
    assert.equal(log.filter((line) => line.startsWith('initialize')).length, 2);
  });

  test('one that did not open is tried again', async () => {
    const { call, breakIt } = server();
    const pool = sessions();
    breakIt(true);
    await assert.rejects(pool.of(call('a')));
    breakIt(false);
    assert.equal((await pool.of(call('a'))).upstreamId, 's2');
  });

  test('one that is lost, whose pool is another since a reload, or whose instance has left, is opened anew', async () => {
    const { call, instance, pool: instances } = server();
    const pool = sessions();
    const first = await pool.of(call('a'));
    pool.lose(call('a'), first);
    const second = await pool.of(call('a'));
    pool.lose(call('a'), first);
    assert.equal(await pool.of(call('a')), second);
    const reloaded = { server: 'x', byId: () => instance };
    const third = await pool.of(call('a', reloaded));
    assert.notEqual(third, second);
    const fourth = await pool.of(call('a'));
    instances.byId = () => undefined;
    assert.notEqual(await pool.of(call('a')), fourth);
  });

  test('one that nobody uses is ended, one in use is not', async () => {
    const { call, log } = server();
    const pool = sessions({ idle: 10 });
    const [busy, idle] = [await pool.of(call('busy')), await pool.of(call('idle'))];
    busy.active++;
    await until('the idle one being ended', () => log.includes(`DELETE ${idle.upstreamId}`));
    assert.ok(!log.includes(`DELETE ${busy.upstreamId}`));
    assert.equal(await pool.of(call('busy')), busy);
    await pool.close();
    assert.ok(log.includes(`DELETE ${busy.upstreamId}`));
  });

  test('beyond their number that goes which was used longest ago', async () => {
    const { call, log } = server();
    const pool = sessions({ most: 2 });
    const a = await pool.of(call('a'));
    await pool.of(call('b'));
    await pool.of(call('a'));
    await pool.of(call('c'));
    assert.deepEqual(log.filter((line) => line.startsWith('DELETE')), ['DELETE s2']);
    assert.equal(await pool.of(call('a')), a);
  });
});

describe('field-30 queries', () => {
  test('of one caller end no session of another, and no more than so many are open for them', async () => {
    const { call, log } = server();
    const pool = sessions({ most: 100 });
    const asking = (owner: string, query: string) => ({ ...call(owner), request: { headers: {}, query } }) as unknown as Call;
    const first = await pool.of(asking('acme\nclient:a', ''));
    for (let i = 0; i < 150; i++) await pool.of(asking('globex\nclient:b', `q=${i}`));
    assert.equal(await pool.of(asking('acme\nclient:a', '')), first);
    await until('the others are ended', () => log.filter((line) => line.startsWith('DELETE')).length === 150 - 32);
  });
});

describe('field-02d callers without credentials', () => {
  test('share a session as far as they share an address, and are told nothing that it says unasked', async () => {
    const { call } = server();
    const pool = sessions();
    const from = (address: string) => ({ ...call('acme\nanonymous'), request: { headers: { 'x-forwarded-for': address } } }) as unknown as Call;
    const [one, same, other] = await Promise.all([pool.of(from('203.0.113.7')), pool.of(from('203.0.113.7')), pool.of(from('203.0.113.8'))]);
    assert.equal(one, same);
    assert.notEqual(one, other);
    assert.equal(one.isAnonymous, true);
    const named = { ...call('acme\nclient:a'), request: { headers: { 'x-forwarded-for': '203.0.113.7' } } } as unknown as Call;
    assert.equal(await pool.of(named), await pool.of({ ...named, request: { headers: { 'x-forwarded-for': '203.0.113.9' } } } as unknown as Call));
    const message = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'error', data: 'of somebody' } };
    const text = JSON.stringify(message);
    const asked = readAsked('{"id":1,"params":{"_meta":{"io.modelcontextprotocol/logLevel":"debug"}}}', 'tools/call');
    assert.equal(eventsFor(asked, 1, one, one.instance)(message, text), null);
    const own = await pool.of(named);
    assert.notEqual(eventsFor(asked, 1, own, own.instance)(message, text), null);
  });
});

/** What a pool says about its server: how an instance is chosen and asked, how long is waited, what becomes of sessions, what is changed on the way. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BALANCES } from '#src/config/language/strategies.js';
import { least, planOf, type Json } from '../support/planned.js';

const WEB = { kind: 'http', image: 'web' };
const poolOf = (server: Json, more: Json = {}) => {
  const pool = planOf({ name: 'acme', servers: { web: server }, ...more }).traffic.pools[0];
  assert.ok(pool);
  return pool;
};
const strategy = (own: Json): Json => ({ strategies: { own } });
const CHOICE = { by: 'principal', preferRegion: false, retries: 0, breaker: null, ejection: 0.5 };

describe('how an instance is chosen', () => {
  test('by a built-in strategy, with nothing set', () => {
    for (const balance of BALANCES) assert.deepEqual(poolOf({ ...WEB, strategy: balance }).choice, { balance, ...CHOICE });
    assert.deepEqual(poolOf(WEB).choice, { balance: 'round-robin', ...CHOICE });
  });

  test('by a strategy of one’s own, with what it leaves out', () => {
    for (const balance of BALANCES) assert.deepEqual(poolOf({ ...WEB, strategy: 'own' }, strategy({ balance })).choice, { balance, ...CHOICE });
  });

  test('by a built-in strategy with settings, also where it is the default', () => {
    const strategies = { weighted: { balance: 'weighted', retries: 1 }, 'round-robin': { balance: 'round-robin', retries: 3 } };
    assert.deepEqual(poolOf({ ...WEB, strategy: 'weighted' }, { strategies }).choice, { balance: 'weighted', ...CHOICE, retries: 1 });
    assert.deepEqual(poolOf(WEB, { strategies }).choice, { balance: 'round-robin', ...CHOICE, retries: 3 });
  });

  test('with everything that can be set', () => {
    const instances = [{ url: 'https://a.acme.com/mcp', weight: 3, region: 'ord' }, { url: 'https://b.acme.com/mcp' }];
    const own = { balance: 'rendezvous', by: 'tenant', prefer: 'region', retries: 2, breaker: { failures: 3, window: '1m' }, ejection: { max: '25%' } };
    const pool = poolOf({ kind: 'http', instances, strategy: 'own' }, strategy(own));
    assert.equal(pool.strategy, 'own');
    const breaker = { failures: 3, window: 60_000, cooldown: 30_000 };
    assert.deepEqual(pool.choice, { balance: 'rendezvous', by: 'tenant', preferRegion: true, retries: 2, breaker, ejection: 0.25 });
    const { local } = pool.sources;
    const rows = local.kind === 'urls' && local.instances.map(({ id, weight, region }) => [id, weight, region]);
    assert.deepEqual(rows, [['a.acme.com', 3, 'ord'], ['b.acme.com', 1, null]]);
  });
});

test('waits are the gateway’s, where the strategy has none of its own', () => {
  const gateway = { timeouts: { firstByte: '90s' } };
  const own = { ...WEB, strategy: 'own' };
  assert.deepEqual(poolOf(WEB, { gateway }).timeouts, { connect: 2000, firstByte: 90_000, response: 600_000, idleStream: 300_000 });
  const some = { balance: 'random', timeouts: { connect: '1s', idleStream: '1h' } };
  assert.deepEqual(poolOf(own, { gateway, ...strategy(some) }).timeouts, { connect: 1000, firstByte: 90_000, response: 600_000, idleStream: 3_600_000 });
  const all = { balance: 'random', timeouts: { connect: '1s', firstByte: '2s', response: '3s', idleStream: '4s' } };
  assert.deepEqual(poolOf(own, { gateway, ...strategy(all) }).timeouts, { connect: 1000, firstByte: 2000, response: 3000, idleStream: 4000 });
});

test('a lost session is opened again where nothing was in it, unless it is said', () => {
  const STDIO = { kind: 'stdio', command: ['tool'] };
  const of = (server: Json) => poolOf(server).sessionLoss;
  assert.deepEqual([of(WEB), of({ ...WEB, stateful: true }), of(STDIO), of({ ...STDIO, sharing: 'shared' })], ['reinitialise', '404', '404', '404']);
  assert.deepEqual([of({ ...WEB, sessionLoss: '404' }), of({ ...WEB, stateful: true, sessionLoss: 'reinitialise' })], ['404', 'reinitialise']);
  assert.equal(of({ ...STDIO, sessionLoss: 'reinitialise' }), 'reinitialise');
});

test('revisions, and the endpoint of 2024-11-05', () => {
  assert.deepEqual([poolOf(WEB).revision, poolOf(WEB).sse], ['auto', null]);
  const old = poolOf({ ...WEB, revision: 'legacy', sse: '/sse' }, { gateway: { revisions: ['2024-11-05'] } });
  assert.deepEqual([old.revision, old.sse], ['legacy', '/sse']);
  assert.deepEqual(poolOf({ kind: 'stdio', command: ['tool'], revision: 'modern' }).revision, 'modern');
});

describe('health', () => {
  const TIMES = { every: 30_000, timeout: 10_000, startup: 60_000 };
  const HEALTH: Readonly<Record<string, readonly [Json | undefined, Json]>> = {
    'nothing is said: the port': [undefined, { kind: 'tcp', ...TIMES }],
    'a path': [{ path: '/health' }, { kind: 'http', path: '/health', method: 'GET', status: 200, body: null, ...TIMES }],
    'a path, in full': [
      { path: '/health', method: 'POST', status: 202, body: 'ok', every: '5s', timeout: '1s', startup: '2m' },
      { kind: 'http', path: '/health', method: 'POST', status: 202, body: 'ok', every: 5000, timeout: 1000, startup: 120_000 },
    ],
    'a ping': [{ mcp: 'ping', every: '5s' }, { kind: 'mcp', ask: 'ping', ...TIMES, every: 5000 }],
    'a discovery': [{ mcp: 'discover' }, { kind: 'mcp', ask: 'discover', ...TIMES }],
    'a command': [{ command: ['check', '--all'] }, { kind: 'command', command: ['check', '--all'], ...TIMES }],
  };
  for (const [label, [written, wanted]] of Object.entries(HEALTH)) {
    test(label, () => {
      const { traffic, infra } = planOf(least({ servers: { web: { ...WEB, ...(written ? { health: written } : {}), dev: { command: ['x'] } } } }));
      for (const health of [traffic.pools[0]?.health, infra.workloads[0]?.health, infra.dev[0]?.health]) assert.deepEqual(health, wanted);
    });
  }

  test('a stdio server’s host has a path of its own', () => {
    assert.deepEqual(poolOf({ kind: 'stdio', command: ['tool'] }).health, { kind: 'http', path: '/health', method: 'GET', status: 200, body: null, ...TIMES });
  });
});

describe('what is changed on the way', () => {
  const NOTHING = { set: [], remove: [] };

  test('nothing', () => {
    assert.deepEqual(poolOf(WEB).transform, { request: NOTHING, response: { ...NOTHING, redact: [] } });
  });

  test('headers by lower-case name, sorted, each once; values and paths as they are', () => {
    const transform = {
      request: { set: { 'X-Tier': 'Gold', 'A-First': '1' }, remove: ['X-Old', 'x-old', 'Server'] },
      response: { remove: ['Server'], redact: ['structuredContent..ssn', 'content[0].text'] },
    };
    const wanted = {
      request: { set: [{ name: 'a-first', value: '1' }, { name: 'x-tier', value: 'Gold' }], remove: ['server', 'x-old'] },
      response: {
        set: [],
        remove: ['server'],
        redact: [
          [{ kind: 'name', name: 'structuredContent' }, { kind: 'anywhere', name: 'ssn' }],
          [{ kind: 'name', name: 'content' }, { kind: 'index', index: 0 }, { kind: 'name', name: 'text' }],
        ],
      },
    };
    assert.deepEqual(poolOf({ ...WEB, transform }).transform, wanted);
    assert.deepEqual(poolOf({ kind: 'stdio', command: ['tool'], transform }).transform, wanted);
  });
});

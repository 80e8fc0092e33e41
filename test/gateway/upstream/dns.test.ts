/** Instances found by a name: what a resolver may do, and what of it is a change. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { compileTables } from '#src/gateway/runtime/decision/lookups.js';
import type { GatewayTables } from '#src/gateway/runtime/tables/gateway.js';
import type { PoolTable, Source } from '#src/gateway/runtime/tables/pool.js';
import { serveLegacy } from '#src/gateway/runtime/stdio/legacy.js';
import { loadChildren } from '#src/gateway/runtime/stdio/instance.js';
import { watchName, watchNamed, watchNames } from '#src/gateway/runtime/upstream/dns.js';
import type { PoolModules } from '#src/gateway/runtime/upstream/modules.js';
import { createPools } from '#src/gateway/runtime/upstream/pools.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { planOf } from '../../support/planned.js';
import { fakeClock } from './fake.js';

type Found = readonly string[] | Error;

function watched() {
  const clock = fakeClock();
  const changes: (readonly string[])[] = [];
  const state = { found: [] as Found, asked: 0 };
  const lookup = async (): Promise<{ address: string; family: number }[]> => {
    state.asked++;
    if (state.found instanceof Error) throw state.found;
    return state.found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { clock, changes, state, start: () => watchName('search.internal', (addresses) => changes.push(addresses), lookup, clock) };
}

test('addresses behind names are known, in every notation, until nobody wants them', async () => {
  const named = await watchNames(['localhost']);
  assert.deepEqual(['127.0.0.1', '::ffff:127.0.0.1', '127.0.0.2', '10.0.0.1', ''].map((address) => named.has(address)), [true, true, false, false, false]);
  named.close();
});

describe('a name that is watched', () => {
  test('is said at first and when its addresses change, in whatever order they come', async () => {
    const { clock, changes, state, start } = watched();
    state.found = ['10.0.0.2', '10.0.0.1'];
    const stop = await start();
    assert.deepEqual(changes, [['10.0.0.1', '10.0.0.2']]);
    for (const found of [['10.0.0.1', '10.0.0.2'], ['10.0.0.2', '10.0.0.1', '10.0.0.2']]) {
      state.found = found;
      await clock.pass(6000);
    }
    assert.equal(changes.length, 1);
    state.found = ['10.0.0.2', 'fd00::1'];
    await clock.pass(6000);
    assert.deepEqual(changes.slice(1), [['10.0.0.2', 'fd00::1']]);
    stop();
    const { asked } = state;
    state.found = [];
    await clock.pass(60_000);
    assert.deepEqual([state.asked, changes.length, clock.due], [asked, 2, []]);
  });

  test('keeps its addresses while it cannot be resolved, or to nothing', async () => {
    const { clock, changes, state, start } = watched();
    state.found = new Error('ENOTFOUND');
    await start();
    assert.deepEqual(changes, []);
    state.found = ['10.0.0.1'];
    await clock.pass(6000);
    for (const found of [new Error('SERVFAIL'), [], ['10.0.0.1']]) {
      state.found = found;
      await clock.pass(6000);
    }
    assert.deepEqual(changes, [['10.0.0.1']]);
  });

  test('is not waited for longer than a moment, and heard when it answers', async () => {
    const clock = fakeClock();
    let answer = (_: { address: string }[]): void => {};
    const changes: unknown[] = [];
    const started = watchName('slow', (addresses) => changes.push(addresses), () => new Promise((resolve) => void (answer = resolve)), clock);
    await clock.pass(2000);
    const stop = await started;
    assert.deepEqual(changes, []);
    answer([{ address: '10.0.0.9' }]);
    await clock.pass(1);
    assert.deepEqual(changes, [['10.0.0.9']]);
    stop();
  });
});

describe('pools', () => {
  const base = gatewayTables(planOf(gatewayConfig()));
  const tables = (source: Source | null, more: Partial<PoolTable> = {}): ReturnType<typeof compileTables> => {
    const [, table] = base.pools[0] as GatewayTables['pools'][number];
    return compileTables({ ...base, pools: source ? [['search', { ...table, ...more, sources: { ...table.sources, local: source } }]] : [] }, 'local');
  };
  const dns = (name = 'search.internal'): Source => ({ kind: 'dns', name, port: 8000, path: '/mcp' });
  const urls = (...hosts: string[]): Source => ({
    kind: 'urls',
    instances: hosts.map((host) => ({ id: host, url: `http://${host}/mcp`, weight: 1, region: null })),
  });

  const CHILDREN = loadChildren({ stdioLegacy: async () => ({ serveLegacy }) });

  async function made() {
    const clock = fakeClock();
    const lines: string[] = [];
    const names = new Map<string, { change: (addresses: readonly string[]) => void; stopped: boolean }>();
    const log = (_: string, event: string, fields: Readonly<Record<string, unknown>> = {}): void =>
      void lines.push([event, fields['instance']].filter(Boolean).join(' '));
    const pools = createPools({}, log, clock);
    const watchName = async (name: string, change: (addresses: readonly string[]) => void) => {
      const one = { change, stopped: false };
      names.set(name, one);
      if (name === 'search.internal') change(['10.0.0.1', 'fd00::1']);
      return () => void (one.stopped = true);
    };
    const modules: PoolModules = { childInstance: await CHILDREN, watchNamed: (name) => watchNamed(name, watchName) };
    const ids = (): string[] => pools.get('search')?.instances.map(({ id }) => id) ?? [];
    return { pools, lines, names, ids, clock, settle: (next: ReturnType<typeof tables>) => pools.reconcile(next, modules) };
  }

  test('have one instance for each address, of both families, as they come and go', async () => {
    const { settle, ids, names, lines, pools } = await made();
    await settle(tables(dns()));
    assert.deepEqual(ids(), ['10.0.0.1:8000', '[fd00::1]:8000']);
    const stays = pools.get('search')?.byId('[fd00::1]:8000');
    names.get('search.internal')?.change(['10.0.0.2', 'fd00::1']);
    assert.deepEqual([ids(), pools.get('search')?.byId('[fd00::1]:8000') === stays], [['[fd00::1]:8000', '10.0.0.2:8000'], true]);
    assert.deepEqual(lines, [
      'instance-added 10.0.0.1:8000',
      'instance-added [fd00::1]:8000',
      'instance-removed 10.0.0.1:8000',
      'instance-added 10.0.0.2:8000',
    ]);
    await pools.close();
    assert.equal(names.get('search.internal')?.stopped, true);
  });

  test('keep watching over a reload; its addresses are made by the table of now', async () => {
    const { settle, ids, names, pools } = await made();
    await settle(tables(dns()));
    const [before, pool] = [pools.get('search')?.byId('10.0.0.1:8000'), pools.get('search')];
    await settle(tables(dns()));
    assert.equal(pools.get('search')?.byId('10.0.0.1:8000'), before);
    await settle(tables({ ...dns(), port: 9000 } as Source));
    assert.deepEqual([ids(), names.get('search.internal')?.stopped, pools.get('search') === pool], [['10.0.0.1:9000', '[fd00::1]:9000'], false, true]);
    names.get('search.internal')?.change(['10.0.0.3']);
    assert.deepEqual(ids(), ['10.0.0.3:9000']);
    await settle(tables(dns('other.internal')));
    assert.deepEqual([ids(), names.get('search.internal')?.stopped, names.get('other.internal')?.stopped], [[], true, false]);
    await settle(tables(urls('a:1')));
    assert.deepEqual([ids(), names.get('other.internal')?.stopped], [['a:1'], true]);
    await pools.close();
  });

  test('keep instances whose table stays, and what is known of those whose table does not', async () => {
    const { settle, pools, lines } = await made();
    await settle(tables(urls('a:1', 'b:1')));
    const pool = pools.get('search');
    const before = pool?.byId('a:1');
    if (!pool || !before) return assert.fail();
    pool.report(before, 'unreachable', 1);
    await settle(tables(urls('a:1', 'b:1'), { choice: { balance: 'random', by: 'tenant', preferRegion: false, retries: 0, breaker: null, ejection: 1 } }));
    assert.equal(pools.get('search')?.byId('a:1'), before, 'another way to choose changes no instance');
    await settle(tables(urls('a:1', 'c:1'), { health: { kind: 'tcp', every: 1234, timeout: 10 } }));
    const after = pools.get('search')?.byId('a:1');
    assert.deepEqual([after !== before, after?.up, pools.get('search') === pool], [true, false, true]);
    assert.deepEqual(lines, ['instance-down a:1', 'instance-removed b:1', 'instance-added c:1']);
    await settle(tables(null));
    assert.deepEqual([pools.all(), pool.instances], [[], []]);
    await pools.close();
  });

  test('are as before when the new tables cannot be used', async () => {
    const { settle, pools } = await made();
    await settle(tables(urls('a:1')));
    const before = pools.get('search')?.byId('a:1');
    const child = {
      modern: false,
      command: ['x'],
      cwd: null,
      env: [['KEY', { secret: 'NOT_SET' }]],
      sharing: 'session',
      processes: 1,
      memory: 1,
      line: 1,
      idle: 1,
    } as const;
    await assert.rejects(settle(tables({ kind: 'spawn', child })), /NOT_SET/);
    assert.equal(pools.get('search')?.byId('a:1'), before);
    await pools.close();
  });
});

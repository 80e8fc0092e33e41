/** The pools of this placement. They outlive a reload: what a new config changes about a pool is changed in it, so that nothing that runs is cut. */
import { authority } from '../decision/address.js';
import { childOverrides, poolOverrides, surroundingsOf, type Env } from '../process/env.js';
import { CLOCK, type Clock } from '../process/clock.js';
import { httpUpstream } from './http.js';
import type { Log } from '../process/log.js';
import type { Found } from './instance.js';
import type { Named, PoolModules } from './modules.js';
import { createPool, type Pool } from './pool.js';
import { probeOf } from './probe.js';
import type { Tables } from '../decision/lookups.js';
import type { InstanceTable, PoolTable, Source } from '../tables/pool.js';
import { SHOWS_NOTHING, type Shown, type ShownNow } from './shown.js';

interface Kept {
  readonly pool: Pool;
  readonly named: Named | null;
  readonly shown: ShownNow;
}

/** What the instances of a pool are now, given the addresses of its name where it has one. */
type Find = (addresses: readonly string[]) => readonly Found[];

/** A pool as the tables want it. */
interface Wanted {
  readonly table: PoolTable;
  readonly source: Source;
  readonly find: Find;
  readonly shown: ShownNow;
}

export interface Pools {
  get(server: string): Pool | undefined;
  all(): readonly Pool[];
  /**
   * Makes them what the tables want. Rejects, and leaves all as it was, where that is not possible.
   * @param shown what each server is shown; nothing, where it is not among them
   */
  reconcile(tables: Tables, modules: PoolModules, shown?: ReadonlyMap<string, Shown>): Promise<void>;
  close(): Promise<void>;
}

export function createPools(env: Env, log: Log, clock: Clock = CLOCK): Pools {
  const region = env['MCP_GATEWAY_REGION'] || env['FLY_REGION'] || null;
  let pools = new Map<string, Kept>();
  /** Those of servers that have left the config, until nothing runs in them. */
  let retired: Pool[] = [];
  const all = (): readonly Pool[] => [...pools.values()].map(({ pool }) => pool);

  const watch = async (server: string, source: Source, { watchNamed }: PoolModules): Promise<Named | null> => {
    if (source.kind !== 'dns' || !watchNamed) return null;
    const known = pools.get(server)?.named;
    return known?.name === source.name ? known : watchNamed(source.name);
  };

  const settle = (server: string, { table, source, find, shown }: Wanted, named: Named | null, modules: PoolModules): Kept => {
    const settings = { choice: table.choice, health: table.health, modules };
    const known = pools.get(server);
    if (known && known.named !== named) known.named?.stop();
    const pool = known?.pool ?? createPool(server, settings, { log, clock, region });
    pool.configure(settings);
    const found = (): readonly Found[] => find(named?.addresses ?? []);
    pool.update(found(), known !== undefined || source.kind === 'dns');
    if (named) {
      const look = (): void => {
        if (named.cause) log('warn', 'name-unresolved', { server, name: named.name, ...named.cause });
        pool.lack = named.addresses.length === 0 ? named.cause : null;
        pool.update(found());
      };
      named.onChange = look;
      if (named.cause) look();
    }
    if (source.kind === 'none') pool.lack = { code: 'NOT_PLACED', cause: source.reason, blame: 'config' };
    if (source.kind === 'none') log('warn', 'pool-without-instances', { server, reason: source.reason });
    return { pool, named, shown };
  };

  /** Reads at once whatever may be missing. */
  const finder = (server: string, table: PoolTable, source: Source, keepAlive: number, modules: PoolModules, shown: ShownNow): Find => {
    const { health, timeouts, toServer } = table;
    const { connect, firstByte } = timeouts;
    const http = ({ id, url: text, weight, region }: InstanceTable, serverName?: string): Found => ({
      id,
      key: JSON.stringify([text, weight, region, health, connect, firstByte]),
      make: () => {
        const asked = { url: new URL(text), shown, ...(serverName !== undefined && { serverName }) };
        return { upstream: httpUpstream({ ...asked, connect, firstByte }), probe: probeOf(health, asked, modules), weight, region };
      },
    });
    // Certificates are for names: an address that was found by one is believed under that.
    const [scheme, certified] = toServer?.tls && source.kind === 'dns' ? ['https', source.name] : ['http', undefined];
    switch (source.kind) {
      case 'urls':
        return () => source.instances.map((one) => http(one));
      case 'dns':
        return (addresses) =>
          addresses.map((address) => {
            const id = authority(address, source.port);
            return http({ id, url: `${scheme}://${id}${source.path}`, weight: 1, region: null }, certified);
          });
      case 'spawn': {
        const child = modules.childInstance?.(server, source.child, { env, log, keepAlive, timeouts });
        return () => (child ? [child] : []);
      }
      case 'none':
        return () => [];
    }
  };

  return {
    get: (server) => pools.get(server)?.pool,
    all,
    async reconcile(tables, modules, shows = new Map()) {
      const overrides = poolOverrides(env);
      const children = childOverrides(env);
      const wanted = [...tables.pools].map(([server, table]) => {
        const configured = table.sources[surroundingsOf(tables.placement)];
        const source = overrides.get(server) ?? children.get(server)?.(configured) ?? configured;
        const shown = pools.get(server)?.shown ?? { now: SHOWS_NOTHING };
        return [server, { table, source, shown, find: finder(server, table, source, tables.raw.timeouts.keepAlive, modules, shown) } satisfies Wanted] as const;
      });
      const why = modules.blindnessOf?.(wanted.map(([, { table }]) => table.choice), region);
      if (why) log('warn', 'region-unknown', { why });
      const named = await Promise.all(wanted.map(([server, { source }]) => watch(server, source, modules)));
      // From here on nothing waits and nothing fails: a request sees all of before, or all of now.
      for (const [server, { shown }] of wanted) shown.now = changed(shown.now, shows.get(server) ?? SHOWS_NOTHING);
      const next = new Map(wanted.map(([server, one], i) => [server, settle(server, one, named[i] ?? null, modules)] as const));
      for (const [server, { pool, named }] of pools) {
        if (next.has(server)) continue;
        named?.stop();
        pool.retire();
        retired.push(pool);
      }
      retired = retired.filter(({ isIdle }) => !isIdle);
      pools = next;
    },
    async close() {
      for (const { named } of pools.values()) named?.stop();
      await Promise.all([...all(), ...retired].map((pool) => pool.close()));
    },
  };
}

/** Certificates that stayed as they were are the same ones: connections that were made with them are good. */
function changed(before: Shown, now: Shown): Shown {
  return before.secure && before.secure.digest === now.secure?.digest ? { ...now, secure: before.secure } : now;
}

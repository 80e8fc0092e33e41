/** The pools of this placement. They outlive a reload: what a new config changes about a pool is changed in it, so that nothing that runs is cut. */
import { authority } from '../decision/address.js';
import { poolOverrides, type Env } from '../process/env.js';
import { CLOCK, type Clock } from '../process/clock.js';
import { httpUpstream } from './http.js';
import type { Log } from '../process/log.js';
import type { Found } from './instance.js';
import type { Named, PoolModules } from './modules.js';
import { Pool, type PoolContext } from './pool.js';
import { probeOf } from './probe.js';
import type { Tables } from '../decision/lookups.js';
import type { InstanceTable, PoolTable, Source } from '../tables/pool.js';

interface Kept {
  readonly pool: Pool;
  readonly named: Named | null;
}

/** What the instances of a pool are now, given the addresses of its name where it has one. */
type Find = (addresses: readonly string[]) => readonly Found[];

/** A pool as the tables want it. */
interface Wanted {
  readonly table: PoolTable;
  readonly source: Source;
  readonly find: Find;
}

export class Pools {
  readonly #env: Env;
  readonly #context: PoolContext;
  #pools = new Map<string, Kept>();
  /** Those of servers that have left the config, until nothing runs in them. */
  #retired: Pool[] = [];

  constructor(env: Env, log: Log, clock: Clock = CLOCK) {
    this.#env = env;
    this.#context = { log, clock, region: env['MCP_GATEWAY_REGION'] || env['FLY_REGION'] || null };
  }

  get(server: string): Pool | undefined {
    return this.#pools.get(server)?.pool;
  }
  all(): readonly Pool[] {
    return [...this.#pools.values()].map(({ pool }) => pool);
  }

  async reconcile(tables: Tables, modules: PoolModules): Promise<void> {
    const overrides = poolOverrides(this.#env);
    const wanted = [...tables.pools].map(([server, table]) => {
      const source = overrides.get(server) ?? table.sources[tables.placement];
      return [server, { table, source, find: this.#finder(table, source, tables.raw.timeouts.keepAlive, modules) } satisfies Wanted] as const;
    });
    const isBlind = this.#context.region === null && wanted.some(([, { table }]) => table.choice.preferRegion);
    if (isBlind) this.#context.log('warn', 'region-unknown', { why: 'prefer: region does nothing without MCP_GATEWAY_REGION' });
    const named = await Promise.all(wanted.map(([server, { source }]) => this.#watch(server, source, modules)));
    // From here on nothing waits and nothing fails: a request sees all of before, or all of now.
    const next = new Map(wanted.map(([server, one], i) => [server, this.#settle(server, one, named[i] ?? null, modules)] as const));
    for (const [server, { pool, named }] of this.#pools) {
      if (next.has(server)) continue;
      named?.stop();
      pool.retire();
      this.#retired.push(pool);
    }
    this.#retired = this.#retired.filter(({ isIdle }) => !isIdle);
    this.#pools = next;
  }

  async close(): Promise<void> {
    for (const { named } of this.#pools.values()) named?.stop();
    await Promise.all([...this.all(), ...this.#retired].map((pool) => pool.close()));
  }

  async #watch(server: string, source: Source, { watchNamed }: PoolModules): Promise<Named | null> {
    if (source.kind !== 'dns' || !watchNamed) return null;
    const known = this.#pools.get(server)?.named;
    return known?.name === source.name ? known : watchNamed(source.name);
  }

  #settle(server: string, { table, source, find }: Wanted, named: Named | null, modules: PoolModules): Kept {
    const settings = { choice: table.choice, health: table.health, modules };
    const known = this.#pools.get(server);
    if (known && known.named !== named) known.named?.stop();
    const pool = known?.pool ?? new Pool(server, settings, this.#context);
    pool.configure(settings);
    const found = (): readonly Found[] => find(named?.addresses ?? []);
    pool.update(found(), known !== undefined || source.kind === 'dns');
    if (named) named.onChange = () => pool.update(found());
    if (source.kind === 'none') this.#context.log('warn', 'pool-without-instances', { server, reason: source.reason });
    return { pool, named };
  }

  /** Reads at once whatever may be missing. */
  #finder({ health, timeouts }: PoolTable, source: Source, keepAlive: number, modules: PoolModules): Find {
    const { connect, firstByte } = timeouts;
    const http = ({ id, url: text, weight, region }: InstanceTable): Found => ({
      id,
      key: JSON.stringify([text, weight, region, health, connect, firstByte]),
      make: () => {
        const url = new URL(text);
        return { upstream: httpUpstream({ url, connect, firstByte }), probe: probeOf(health, url, modules), weight, region };
      },
    });
    switch (source.kind) {
      case 'urls':
        return () => source.instances.map(http);
      case 'dns':
        return (addresses) =>
          addresses.map((address) => {
            const id = authority(address, source.port);
            return http({ id, url: `http://${id}${source.path}`, weight: 1, region: null });
          });
      case 'spawn': {
        const child = modules.childInstance?.(source.child, this.#env, keepAlive, this.#context.log, firstByte);
        return () => (child ? [child] : []);
      }
      case 'none':
        return () => [];
    }
  }
}

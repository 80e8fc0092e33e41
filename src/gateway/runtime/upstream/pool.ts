/** The instances of one server: which there are, which are well, and which is next. */
import { BALANCERS, type Balancer } from './balance.js';
import type { Log } from '../log.js';
import type { PoolTable } from '../types.js';
import type { Upstream } from './upstream.js';

export interface Instance {
  readonly id: string;
  readonly upstream: Upstream;
  /** Asks whether it is well; absent for what is supervised where it lives. */
  readonly probe: ((timeout: number) => Promise<boolean>) | null;
  readonly weight: number;
  readonly region: string | null;
  up: boolean;
  active: number;
}

/** What became of a request at an instance. `abandoned` says nothing about the instance: the client left, or it was full. */
export type Outcome = 'answered' | 'failed' | 'unreachable' | 'abandoned';

export interface PoolHealth {
  readonly healthy: number;
  readonly total: number;
  readonly percent: number;
}

/** Between two looks at an instance that is down: it should be back in rotation soon after it is back. */
const DOWN_EVERY = 1000;

export class Pool {
  readonly server: string;
  readonly #table: PoolTable;
  readonly #log: Log;
  readonly #instances = new Map<string, Instance>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #balancer: Balancer;
  #closed = false;
  /** Called when the pool is closed, to stop what finds its instances. */
  onClose: () => void = () => {};

  constructor(server: string, table: PoolTable, log: Log) {
    this.server = server;
    this.#table = table;
    this.#log = log;
    this.#balancer = BALANCERS[table.choice.balance](Math.random);
  }

  get instances(): readonly Instance[] {
    return [...this.#instances.values()];
  }

  /**
   * The next instance by strategy; null when none is left. Where none is well, one that is thought to be down is still a better answer than none: it
   * may be back since it was last looked at.
   */
  next(tried: ReadonlySet<Instance>, key: string): Instance | null {
    const left = this.instances.filter((instance) => !tried.has(instance));
    const well = left.filter(({ up }) => up);
    const candidates = well.length > 0 ? well : left;
    return candidates.length === 0 ? null : this.#balancer.choose(candidates, key);
  }

  byId(id: string): Instance | undefined {
    return this.#instances.get(id);
  }

  /** Makes the pool's instances those with these ids, keeping the ones it has. */
  update(ids: readonly string[], create: (id: string) => Omit<Instance, 'id' | 'up' | 'active'>): void {
    if (this.#closed) return;
    for (const id of ids) {
      if (this.#instances.has(id)) continue;
      const instance: Instance = { id, ...create(id), up: true, active: 0 };
      this.#instances.set(id, instance);
      this.#schedule(instance, 0);
    }
    for (const [id, instance] of this.#instances) {
      if (ids.includes(id)) continue;
      this.#instances.delete(id);
      this.#stop(id);
      retire(instance);
    }
  }

  /** What a request learned about the instance that had it; said once for each that was chosen. */
  report(instance: Instance, outcome: Outcome, _ms: number): void {
    if (outcome === 'unreachable') this.#suspect(instance);
  }

  /** How many of its instances are well, of how many. */
  health(): PoolHealth {
    const total = this.#instances.size;
    const healthy = this.instances.filter(({ up }) => up).length;
    return { healthy, total, percent: total === 0 ? 0 : Math.round((100 * healthy) / total) };
  }

  /** Seconds after which it is worth asking again when there is no instance. */
  get retryAfter(): number {
    return 1;
  }

  #suspect(instance: Instance): void {
    if (!instance.probe || this.#instances.get(instance.id) !== instance) return;
    this.#turnTo(instance, false);
    this.#schedule(instance, DOWN_EVERY);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.onClose();
    for (const id of [...this.#timers.keys()]) this.#stop(id);
    const closing = this.instances.map(({ upstream }) => upstream.close());
    this.#instances.clear();
    await Promise.all(closing);
  }

  #schedule(instance: Instance, delay: number): void {
    this.#stop(instance.id);
    if (!instance.probe || this.#closed) return;
    this.#timers.set(instance.id, setTimeout(() => void this.#look(instance), delay).unref());
  }

  async #look(instance: Instance): Promise<void> {
    const { every, timeout } = this.#table.health;
    const well = (await instance.probe?.(timeout)) ?? true;
    if (this.#instances.get(instance.id) !== instance) return;
    this.#turnTo(instance, well);
    this.#schedule(instance, well ? every : Math.min(every, DOWN_EVERY));
  }

  #turnTo(instance: Instance, up: boolean): void {
    if (instance.up === up) return;
    instance.up = up;
    this.#log(up ? 'info' : 'warn', up ? 'instance-up' : 'instance-down', { server: this.server, instance: instance.id });
  }

  #stop(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}

/** An instance that left the pool finishes what it has begun before its connections are closed. */
function retire(instance: Instance): void {
  if (instance.active === 0) return void instance.upstream.close();
  setTimeout(() => retire(instance), 1000).unref();
}

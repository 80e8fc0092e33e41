/** Time that passes when told to, pools of instances without connections, and what they logged. */
import type { Balance, ChoiceTable } from '#src/gateway/runtime/tables/pool.js';
import { makeBalancer } from '#src/gateway/runtime/upstream/balance.js';
import { DRAWN } from '#src/gateway/runtime/upstream/draw.js';
import { makeBreaker } from '#src/gateway/runtime/upstream/breaker.js';
import type { Clock } from '#src/gateway/runtime/process/clock.js';
import type { Found, Instance } from '#src/gateway/runtime/upstream/instance.js';
import { createPool, type Pool, type PoolSettings } from '#src/gateway/runtime/upstream/pool.js';
import { UpstreamFault } from '#src/gateway/runtime/wire/fault.js';

export interface FakeClock extends Clock {
  /** Lets time pass, with all that falls due in it and what that sets going. */
  pass(ms: number): Promise<void>;
  /** When each thing that waits is due. */
  readonly due: readonly number[];
}

export function fakeClock(random: () => number = () => 0.5): FakeClock {
  let time = 1000;
  const waiting = new Set<{ readonly at: number; readonly work: () => void }>();
  const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    now: () => time,
    random,
    after: (ms, work) => {
      const one = { at: time + ms, work };
      waiting.add(one);
      return () => void waiting.delete(one);
    },
    async pass(ms) {
      const end = time + ms;
      await settled();
      for (;;) {
        const [next] = [...waiting].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (!next) break;
        waiting.delete(next);
        time = Math.max(time, next.at);
        next.work();
        await settled();
      }
      time = end;
    },
    get due() {
      return [...waiting].map(({ at }) => at).sort((a, b) => a - b);
    },
  };
}

/** What probes find, and what happened to instances, by id. */
export interface World {
  readonly well: Map<string, boolean>;
  readonly closed: string[];
  readonly looks: string[];
  /** Kept back until it is called, where set: the look at that id. */
  readonly held: Map<string, Promise<void>>;
}

export interface FakePool {
  readonly pool: Pool;
  readonly clock: FakeClock;
  readonly world: World;
  /** `event id` of each line, and why where it says so. */
  readonly lines: string[];
  set(...ids: readonly (string | Partial<Instance>)[]): void;
  configure(choice: Partial<ChoiceTable>): void;
  at(id: string): Instance;
  /** Ids of so many next instances, each reported with an outcome. */
  take(times: number, key?: string, outcome?: 'answered' | 'failed' | 'unreachable'): string[];
}

const CHOICE: ChoiceTable = { balance: 'round-robin', by: 'principal', preferRegion: false, retries: 0, breaker: null, ejection: 0.5 };

export function fakePool(
  choice: Partial<ChoiceTable> & { readonly balance?: Balance } = {},
  { clock = fakeClock(), region = null as string | null, every = 30_000 } = {},
): FakePool {
  const lines: string[] = [];
  const world: World = { well: new Map(), closed: [], looks: [], held: new Map() };
  const modules = { makeBalancer, DRAWN, makeBreaker };
  let settings: PoolSettings = { choice: { ...CHOICE, ...choice }, health: { every, timeout: 1000 }, modules };
  const log = (_level: string, event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    lines.push([event, fields['instance'], fields['why']].filter((part) => part !== undefined).join(' '));
  };
  const pool = createPool('search', settings, { log, clock, region });
  const find = (one: string | Partial<Instance>): Found => {
    const { id = '', weight = 1, region: at = null } = typeof one === 'string' ? { id: one } : one;
    return {
      id,
      key: JSON.stringify([weight, at]),
      make: () => ({
        weight,
        region: at,
        upstream: { send: () => Promise.reject(new UpstreamFault('refused')), close: async () => void world.closed.push(id) },
        probe: {
          cause: null,
          look: async () => {
            world.looks.push(id);
            const answer = world.well.get(id) ?? true;
            await world.held.get(id);
            return answer;
          },
          close: async () => void world.closed.push(`probe ${id}`),
        },
      }),
    };
  };
  const at = (id: string): Instance => {
    const instance = pool.byId(id);
    if (!instance) throw new Error(`no instance ${id}`);
    return instance;
  };
  let filled = false;
  return {
    pool,
    clock,
    world,
    lines,
    set: (...ones) => {
      pool.update(ones.map(find), filled);
      filled = true;
    },
    configure: (next) => {
      settings = { ...settings, choice: { ...settings.choice, ...next } };
      pool.configure(settings);
    },
    at,
    take: (times, key = '', outcome = 'answered') =>
      Array.from({ length: times }, () => {
        const next = pool.next(new Set(), key);
        if (!next) return 'none';
        pool.report(next, outcome, 0);
        return next.id;
      }),
  };
}

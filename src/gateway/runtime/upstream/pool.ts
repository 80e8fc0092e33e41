/** The instances of one server: which there are, which are well, and which is next. */
import type { Log } from '../process/log.js';
import type { ChoiceTable, HealthTable } from '../tables/pool.js';
import { roundRobin, type Balancer } from './balancer.js';
import type { Breaker } from './breaker.js';
import { jitter, type Clock } from '../process/clock.js';
import type { Probe } from './probe.js';
import type { Upstream } from './upstream.js';
import { Watch } from '../process/watch.js';

/** What became of a request at an instance. `abandoned` says nothing about the instance: the client left, or it was full. */
export type Outcome = 'answered' | 'failed' | 'unreachable' | 'abandoned';

/** What an instance is made of. */
export interface Made {
  readonly upstream: Upstream;
  /** Asks whether it is well; null for what is supervised where it lives. */
  readonly probe: Probe | null;
  readonly weight: number;
  readonly region: string | null;
}

export interface Instance extends Made {
  readonly id: string;
  /** Whether it is in rotation, as far as probes and requests know. */
  up: boolean;
  /** When a request found it dead, where that is why it is out; what a probe found is not counted here. */
  ejectedAt: number | null;
  /** Requests under way. */
  active: number;
  breaker: Breaker | null;
  /** How many requests came to which end, and the milliseconds that those took which were answered. */
  readonly tally: Record<Outcome | 'ms', number>;
}

/** An instance that ought to be there. */
export interface Found {
  readonly id: string;
  /** Everything it is made of, as text: while that stays the same it is the same instance. */
  readonly key: string;
  readonly make: () => Made;
}

export interface PoolHealth {
  readonly healthy: number;
  readonly total: number;
  readonly percent: number;
}

/** How a pool chooses. The modules are there where the config needs them. */
export interface PoolSettings {
  readonly choice: ChoiceTable;
  readonly health: Pick<HealthTable, 'every' | 'timeout'>;
  readonly strategies: Pick<typeof import('./balance.js'), 'BALANCERS'> | null;
  readonly breakers: Pick<typeof import('./breaker.js'), 'Breaker'> | null;
}

export interface PoolContext {
  readonly log: Log;
  readonly clock: Clock;
  /** Where this gateway is. */
  readonly region: string | null;
}

type Member = Instance & { readonly key: string; readonly watch: Watch };

/** Between two looks at an instance that is down: it should be back in rotation soon after it is back. */
const DOWN_EVERY = 1000;
/** 0.29 of 100 is 28.999… */
const ROUNDING = 1e-9;
/** Within this, first looks are spread. */
const FIRST_WITHIN = 500;
/** Between two looks at whether one that left has come to its end. */
const LEAVING_EVERY = 1000;

export class Pool {
  readonly server: string;
  readonly #context: PoolContext;
  #settings: PoolSettings;
  #balancer: Balancer;
  readonly #members = new Map<string, Member>();
  /** Those that are no longer chosen, and finish what they have begun. */
  readonly #leaving = new Set<Member>();
  #closed = false;

  constructor(server: string, settings: PoolSettings, context: PoolContext) {
    this.server = server;
    this.#context = context;
    this.#settings = settings;
    this.#balancer = this.#makeBalancer();
  }

  get instances(): readonly Instance[] {
    return [...this.#members.values()];
  }
  /** Whether nothing of it runs any more. */
  get isIdle(): boolean {
    return this.#members.size + this.#leaving.size === 0;
  }

  /** Chooses in another way from now on, with what it knows about its instances. */
  configure(settings: PoolSettings): void {
    const { choice } = this.#settings;
    this.#settings = settings;
    if (settings.choice.balance !== choice.balance) this.#balancer = this.#makeBalancer();
    for (const member of this.#members.values()) member.breaker = this.#makeBreaker(member.breaker);
  }

  /**
   * The next instance by strategy, and a claim on it; null when none may be asked. Where none is well, one that is thought to be down is still a better answer
   * than none: it may be back since it was last looked at. An open breaker is respected even then.
   */
  next(tried: ReadonlySet<Instance>, key: string): Instance | null {
    const now = this.#context.clock.now();
    const left = this.instances.filter((instance) => !tried.has(instance) && (instance.breaker?.admits(now) ?? true));
    const candidates = this.#near(preferred(left, ({ up }) => up));
    if (candidates.length === 0) return null;
    const chosen = this.#balancer.choose(candidates, key);
    this.#claim(chosen);
    return chosen;
  }

  /** Whether a request that can go nowhere else may go there now; then it is counted on. */
  admits(instance: Instance): boolean {
    const isAdmitted = instance.breaker?.admits(this.#context.clock.now()) ?? true;
    if (isAdmitted) this.#claim(instance);
    return isAdmitted;
  }

  byId(id: string): Instance | undefined {
    return this.#members.get(id);
  }

  /** Makes the pool's instances these, keeping those it has. One that is made anew under its old id keeps what was known about it. */
  update(found: readonly Found[], isNews = true): void {
    if (this.#closed) return;
    const ids = new Set(found.map(({ id }) => id));
    for (const member of [...this.#members.values()].filter(({ id }) => !ids.has(id))) {
      this.#leave(member);
      this.#say('info', 'instance-removed', member);
    }
    for (const one of found) {
      const known = this.#members.get(one.id);
      if (known?.key === one.key) continue;
      if (known) this.#leave(known);
      const member = this.#enter(one, known);
      if (isNews && !known) this.#say('info', 'instance-added', member);
    }
  }

  /** What a request learned about the instance that had it; said once for each that was chosen. */
  report(instance: Instance, outcome: Outcome, ms: number): void {
    instance.tally[outcome]++;
    if (outcome === 'answered') instance.tally.ms += ms;
    if (this.#members.get(instance.id) !== instance) return;
    this.#balancer.heard?.(instance, outcome, ms);
    const now = this.#context.clock.now();
    this.#changeBreaker(instance, (breaker) => breaker.heard(outcome, now - ms, now));
    if (outcome === 'unreachable') this.#suspect(instance as Member);
  }

  /** How many of its instances are asked, of how many. */
  health(): PoolHealth {
    const now = this.#context.clock.now();
    const total = this.#members.size;
    const healthy = this.instances.filter(({ up, breaker }) => up && breaker?.stateAt(now) !== 'open').length;
    return { healthy, total, percent: total === 0 ? 0 : Math.round((100 * healthy) / total) };
  }

  /** Seconds after which it is worth asking again when there is no instance. */
  get retryAfter(): number {
    const now = this.#context.clock.now();
    const waits = this.instances.map(({ breaker }) => breaker?.wait(now) ?? 0);
    return waits.length === 0 ? 1 : Math.max(1, Math.ceil(Math.min(...waits) / 1000));
  }

  /** Closes breakers and ends ejections, of one instance or all. @returns ids of those where that changed something */
  reset(id?: string): readonly string[] {
    const now = this.#context.clock.now();
    const counts = ({ ejectedAt, breaker }: Member): boolean => ejectedAt !== null || (breaker !== null && (breaker.state !== 'closed' || breaker.failures(now) > 0));
    const due = [...this.#members.values()].filter((member) => (id === undefined || member.id === id) && counts(member));
    for (const member of due) {
      this.#changeBreaker(member, (breaker) => breaker.reset(now));
      if (member.ejectedAt !== null) this.#turnTo(member, true, 'reset');
    }
    return due.map(({ id }) => id);
  }

  /** Has no instances from now on; those it had finish what they have begun. */
  retire(): void {
    this.update([]);
    this.#closed = true;
  }

  /** Resolves when nothing of it runs any more, which this ends. */
  async close(): Promise<void> {
    for (const member of [...this.#members.values()]) this.#leave(member);
    this.#closed = true;
    const closing = [...this.#leaving].map(({ upstream, probe }) => Promise.all([upstream.close(), probe?.close()]));
    this.#leaving.clear();
    await Promise.all(closing);
  }

  #makeBalancer(): Balancer {
    const { choice, strategies } = this.#settings;
    return (strategies?.BALANCERS[choice.balance] ?? roundRobin)(this.#context.clock.random);
  }

  #makeBreaker(known: Breaker | null): Breaker | null {
    const { choice, breakers } = this.#settings;
    return choice.breaker && breakers ? new breakers.Breaker(choice.breaker, this.#context.clock.now(), known) : null;
  }

  #near(instances: readonly Instance[]): readonly Instance[] {
    const own = this.#context.region;
    return this.#settings.choice.preferRegion && own !== null ? preferred(instances, ({ region }) => region === own) : instances;
  }

  #claim(instance: Instance): void {
    this.#changeBreaker(instance, (breaker) => breaker.claim(this.#context.clock.now()));
  }

  #changeBreaker(instance: Instance, change: (breaker: Breaker) => void): void {
    const { breaker } = instance;
    if (!breaker) return;
    const { state } = breaker;
    change(breaker);
    if (breaker.state !== state) this.#say(breaker.state === 'open' ? 'warn' : 'info', `breaker-${breaker.state}`, instance);
  }

  /** A request could not connect. It leaves rotation at once, unless too many have for no better reason; in any case it is looked at soon. */
  #suspect(member: Member): void {
    if (!member.probe) return;
    const { clock } = this.#context;
    const isKnown = member.up === false && member.ejectedAt === null;
    const ejected = [...this.#members.values()].filter(({ ejectedAt }) => ejectedAt !== null).length;
    const room = Math.floor(this.#settings.choice.ejection * this.#members.size + ROUNDING) - ejected;
    if (!isKnown && (member.ejectedAt !== null || room > 0)) {
      member.ejectedAt = clock.now();
      this.#turnTo(member, false, 'request');
    }
    member.watch.soon(Math.min(this.#settings.health.every, DOWN_EVERY) * jitter(clock));
  }

  #enter({ id, key, make }: Found, known: Member | undefined): Member {
    const { clock } = this.#context;
    const member: Member = {
      id,
      key,
      ...make(),
      up: known?.up ?? true,
      ejectedAt: known?.ejectedAt ?? null,
      active: 0,
      breaker: this.#makeBreaker(known?.breaker ?? null),
      tally: known?.tally ?? { answered: 0, failed: 0, unreachable: 0, abandoned: 0, ms: 0 },
      watch: new Watch(() => this.#look(member), clock),
    };
    this.#members.set(id, member);
    if (member.probe) member.watch.soon(Math.min(this.#settings.health.every, FIRST_WITHIN) * clock.random());
    return member;
  }

  /** @returns milliseconds until the next look */
  async #look(member: Member): Promise<number> {
    const { clock } = this.#context;
    const began = clock.now();
    const well = (await member.probe?.look(this.#settings.health.timeout)) ?? true;
    const every = this.#settings.health.every * jitter(clock);
    const downEvery = Math.min(every, DOWN_EVERY * jitter(clock));
    if (this.#members.get(member.id) !== member) return every;
    // A request that found it dead since then knows better.
    if (well && member.ejectedAt !== null && member.ejectedAt > began) return downEvery;
    member.ejectedAt = null;
    this.#turnTo(member, well, 'probe');
    return well ? every : downEvery;
  }

  #turnTo(member: Member, up: boolean, why: 'probe' | 'request' | 'reset'): void {
    if (up) member.ejectedAt = null;
    if (member.up === up) return;
    member.up = up;
    this.#say(up ? 'info' : 'warn', up ? 'instance-up' : 'instance-down', member, { why });
  }

  #leave(member: Member): void {
    this.#members.delete(member.id);
    member.watch.stop();
    void member.probe?.close();
    this.#leaving.add(member);
    if (this.#leaving.size === 1) this.#sweep();
  }

  /** Never at once: a request that has just been promised the instance may not have begun. */
  #sweep(): void {
    this.#context.clock.after(LEAVING_EVERY, () => {
      for (const member of this.#leaving) {
        if (member.active > 0) continue;
        this.#leaving.delete(member);
        void member.upstream.close();
      }
      if (this.#leaving.size > 0) this.#sweep();
    });
  }

  #say(level: 'info' | 'warn', event: string, { id }: Instance, more: Readonly<Record<string, string>> = {}): void {
    this.#context.log(level, event, { server: this.server, instance: id, ...more });
  }
}

/** Those that are better, or all where none is. */
function preferred<T>(values: readonly T[], isBetter: (value: T) => boolean): readonly T[] {
  const better = values.filter(isBetter);
  return better.length > 0 ? better : values;
}

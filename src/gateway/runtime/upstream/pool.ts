/** The instances of one server: which there are, which are well, and which is next. */
import { jitter, type Clock } from '../process/clock.js';
import type { Log } from '../process/log.js';
import { Watch } from '../process/watch.js';
import type { ChoiceTable, HealthTable } from '../tables/pool.js';
import { preferred, roundRobin, type Balancer } from './balancer.js';
import type { Breaker, BreakerState } from './breaker.js';
import type { Found, Instance } from './instance.js';
import type { ChoiceModules } from './modules.js';
import type { Outcome } from './outcome.js';

export interface PoolHealth {
  readonly healthy: number;
  readonly total: number;
  readonly percent: number;
}

/** What a config says of a pool. */
export interface PoolSettings {
  readonly choice: ChoiceTable;
  readonly health: Pick<HealthTable, 'every' | 'timeout'>;
  readonly modules: ChoiceModules;
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
/** Between two looks at whether one that left has come to its end. */
const LEAVING_EVERY = 1000;
/** Within this, first looks are spread. */
const FIRST_WITHIN = 500;
export class Pool {
  readonly server: string;
  readonly #context: PoolContext;
  #settings: PoolSettings;
  #balancer: Balancer;
  readonly #members = new Map<string, Member>();
  /** The same as a list, which is asked for with every request. */
  #list: readonly Member[] = [];
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
    return this.#list;
  }
  /** Whether nothing of it runs any more. */
  get isIdle(): boolean {
    return this.#list.length + this.#leaving.size === 0;
  }

  /** Chooses in another way from now on, with what it knows about its instances. */
  configure(settings: PoolSettings): void {
    const { choice } = this.#settings;
    this.#settings = settings;
    const { balance, preferRegion } = settings.choice;
    if (balance !== choice.balance || preferRegion !== choice.preferRegion) this.#balancer = this.#makeBalancer();
    for (const member of this.#list) member.breaker = this.#makeBreaker(member, member.breaker);
  }

  /**
   * The next instance by strategy, and a claim on it; null when none may be asked. Where none is well, one that is thought to be down is still a better answer
   * than none: it may be back since it was last looked at. An open breaker is respected even then.
   */
  next(tried: ReadonlySet<Instance>, key: string): Instance | null {
    const only = this.#list.length === 1 ? this.#list[0] : undefined;
    // With one there is nothing to choose.
    if (only && !only.breaker) return tried.has(only) ? null : only;
    const now = this.#context.clock.now();
    const left = this.#list.filter((instance) => !tried.has(instance) && (instance.breaker?.admits(now) ?? true));
    if (left.length === 0) return null;
    const chosen = this.#balancer.choose(preferred<Instance>(left, ({ up }) => up), key);
    chosen.breaker?.claim(now);
    return chosen;
  }

  /** Whether a request that can go nowhere else may go there now; then it is counted on. */
  admits(instance: Instance): boolean {
    const now = this.#context.clock.now();
    const isAdmitted = instance.breaker?.admits(now) ?? true;
    if (isAdmitted) instance.breaker?.claim(now);
    return isAdmitted;
  }

  byId(id: string): Instance | undefined {
    return this.#members.get(id);
  }

  /** Makes the pool's instances these, keeping those it has. One that is made anew under its old id keeps what was known about it. */
  update(found: readonly Found[], isNews = true): void {
    if (this.#closed) return;
    const ids = new Set(found.map(({ id }) => id));
    for (const member of this.#list.filter(({ id }) => !ids.has(id))) {
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
    if (instance.breaker) {
      const now = this.#context.clock.now();
      instance.breaker.heard(outcome, now - ms, now);
    }
    if (outcome === 'unreachable') this.#suspect(instance as Member);
  }

  /** How many of its instances are asked, of how many. */
  health(): PoolHealth {
    const now = this.#context.clock.now();
    const total = this.#list.length;
    const healthy = this.#list.filter(({ up, breaker }) => up && breaker?.stateAt(now) !== 'open').length;
    return { healthy, total, percent: Math.round((100 * healthy) / (total || 1)) };
  }

  /** Seconds after which it is worth asking again when there is no instance. */
  get retryAfter(): number {
    const now = this.#context.clock.now();
    const waits = this.#list.map(({ breaker }) => breaker?.wait(now) ?? 0);
    return waits.length === 0 ? 1 : Math.max(1, Math.ceil(Math.min(...waits) / 1000));
  }

  /** Closes the breaker of an instance, and ends its ejection. */
  reset(instance: Instance): void {
    instance.breaker?.reset(this.#context.clock.now());
    if (instance.ejectedAt !== null) this.#turnTo(instance, true, 'reset');
  }

  /** Has no instances from now on; those it had finish what they have begun. */
  retire(): void {
    this.update([]);
    this.#closed = true;
  }

  /** Resolves when nothing of it runs any more, which this ends. */
  async close(): Promise<void> {
    this.#list.forEach((member) => this.#leave(member));
    this.#closed = true;
    const closing = [...this.#leaving].flatMap(({ upstream, probe }) => [upstream.close(), probe?.close()]);
    this.#leaving.clear();
    await Promise.all(closing);
  }

  #makeBalancer(): Balancer {
    const { choice, modules } = this.#settings;
    const { region, clock } = this.#context;
    return modules.makeBalancer?.(choice, region, clock.random) ?? roundRobin();
  }

  #makeBreaker(instance: Instance, known: Breaker | null): Breaker | null {
    const { choice, modules } = this.#settings;
    if (!choice.breaker || !modules.Breaker) return null;
    const turned = (state: BreakerState): void => this.#say(state === 'open' ? 'warn' : 'info', `breaker-${state}`, instance);
    return new modules.Breaker(choice.breaker, this.#context.clock.now(), known, turned);
  }

  /** A request could not connect. It leaves rotation at once, unless too many have for no better reason; in any case it is looked at soon. */
  #suspect(member: Member): void {
    if (!member.probe) return;
    const { clock } = this.#context;
    const isKnown = member.up === false && member.ejectedAt === null;
    const ejected = this.#list.filter(({ ejectedAt }) => ejectedAt !== null).length;
    const room = Math.floor(this.#settings.choice.ejection * this.#list.length + ROUNDING) - ejected;
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
      breaker: null,
      tally: known?.tally ?? { answered: 0, failed: 0, unreachable: 0, abandoned: 0, ms: 0 },
      watch: new Watch(() => this.#look(member), clock),
    };
    member.breaker = this.#makeBreaker(member, known?.breaker ?? null);
    this.#members.set(id, member);
    this.#list = [...this.#members.values()];
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

  #turnTo(member: Instance, up: boolean, why: 'probe' | 'request' | 'reset'): void {
    if (up) member.ejectedAt = null;
    if (member.up === up) return;
    member.up = up;
    this.#say(up ? 'info' : 'warn', up ? 'instance-up' : 'instance-down', member, { why });
  }

  #leave(member: Member): void {
    this.#members.delete(member.id);
    this.#list = [...this.#members.values()];
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

/** The instances of one server: which there are, which are well, and which is next. */
import { jitter, type Clock } from '../process/clock.js';
import type { Log } from '../process/log.js';
import { causeOf, type Cause } from '../wire/cause.js';
import { Watch } from '../process/watch.js';
import type { ChoiceTable, HealthTable } from '../tables/pool.js';
import { preferred, roundRobin, type Balancer } from './balancer.js';
import type { Breaker } from './breaker.js';
import type { Failure, Found, Instance } from './instance.js';
import type { ChoiceModules } from './modules.js';
import type { Outcome } from './outcome.js';

export interface PoolHealth {
  /** Instances that are asked, and have shown that they are there. */
  readonly healthy: number;
  readonly total: number;
  /** Those that are asked, and that no probe and no answer has shown to be there yet. */
  readonly unknown: number;
  /** Null where nothing is known of any. */
  readonly percent: number | null;
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

/** Of a probe that does not say more. */
const NOT_WELL: Cause = { code: 'NOT_WELL', cause: 'its probe does not find it well', blame: 'server' };

/** As log lines say it. */
function lastCause({ failure }: Instance): Partial<Cause> {
  return failure ? { code: failure.code, cause: failure.cause, blame: failure.blame } : {};
}

export interface Pool {
  readonly server: string;
  readonly instances: readonly Instance[];
  /** Whether nothing of it runs any more. */
  readonly isIdle: boolean;
  /** Chooses in another way from now on, with what it knows about its instances. */
  configure(settings: PoolSettings): void;
  /**
   * The next instance by strategy, and a claim on it; null when none may be asked. Where none is well, one that is thought to be down is still a better answer
   * than none: it may be back since it was last looked at. An open breaker is respected even then.
   */
  next(tried: ReadonlySet<Instance>, key: string): Instance | null;
  /** Whether a request that can go nowhere else may go there now; then it is counted on. */
  admits(instance: Instance): boolean;
  byId(id: string): Instance | undefined;
  /** Makes the pool's instances these, keeping those it has. One that is made anew under its old id keeps what was known about it. */
  update(found: readonly Found[], isNews?: boolean): void;
  /**
   * What a request learned about the instance that had it; said once for each that was chosen.
   * @param caller whose request it was @param failed why it failed, where it did @param requestId by which its other lines are found
   */
  report(instance: Instance, outcome: Outcome, ms: number, caller?: string, failed?: unknown, requestId?: string): void;
  /** Says why an answer of an instance was of no use, or broke off, after its beginning was reported. */
  blame(instance: Instance, failed: unknown, requestId?: string): void;
  /** Why it has no instances, as far as that is known; null where it has some. */
  lack: Cause | null;
  /** Why it does not answer, or does not wholly: the last failure of what is down or never answered, or why there is nothing. Null where all is well. */
  readonly cause: (Cause & Partial<Failure>) | null;
  /** How many of its instances are asked, of how many. */
  health(): PoolHealth;
  /** Seconds after which it is worth asking again when there is no instance. */
  readonly retryAfter: number;
  /** Puts an instance back into rotation, or takes it out, and says so. */
  turnTo(instance: Instance, up: boolean, why: 'probe' | 'request' | 'reset'): void;
  /** Has no instances from now on; those it had finish what they have begun. */
  retire(): void;
  /** Resolves when nothing of it runs any more, which this ends. */
  close(): Promise<void>;
}

export function createPool(server: string, first: PoolSettings, { log, clock, region }: PoolContext): Pool {
  let settings = first;
  const members = new Map<string, Member>();
  /** The same as a list, which is asked for with every request. */
  let list: readonly Member[] = [];
  let lack: Cause | null = null;
  /** Those that are no longer chosen, and finish what they have begun. */
  const leaving = new Set<Member>();
  let isClosed = false;

  const say = (level: 'info' | 'warn', event: string, { id }: Instance, more: Readonly<Record<string, unknown>> = {}): void =>
    log(level, event, { server, instance: id, ...more });

  const makeBalancer = ({ modules, choice }: PoolSettings): Balancer =>
    modules.makeBalancer?.(choice, region, clock.random, modules.DRAWN) ?? roundRobin();
  let balancer = makeBalancer(first);

  const makeBreaker = (instance: Instance, known: Breaker | null): Breaker | null =>
    settings.modules.makeBreaker?.(settings.choice.breaker, clock.now(), known, (level, event) =>
      say(level, event, instance, event === 'breaker-open' ? lastCause(instance) : {}),
    ) ?? null;

  const turnTo = (member: Instance, up: boolean, why: 'probe' | 'request' | 'reset'): void => {
    if (up) member.ejectedAt = null;
    if (member.up === up) return;
    member.up = up;
    say(up ? 'info' : 'warn', up ? 'instance-up' : 'instance-down', member, up ? { why } : { why, ...lastCause(member) });
  };

  const blame: Pool['blame'] = (instance, failed, requestId) => {
    const why = causeOf(failed);
    instance.failure = { ...why, at: Date.now() };
    say('warn', 'upstream-failed', instance, { ...why, request_id: requestId });
  };

  /** @returns milliseconds until the next look */
  const look = async (member: Member): Promise<number> => {
    const began = clock.now();
    const found = member.probe ? await member.probe.look(settings.health.timeout) : null;
    const well = found !== false;
    if (found !== null) member.isKnown = true;
    if (!well) member.failure = { ...(member.probe?.cause ?? NOT_WELL), at: Date.now() };
    const every = settings.health.every * jitter(clock);
    const downEvery = Math.min(every, DOWN_EVERY * jitter(clock));
    if (members.get(member.id) !== member) return every;
    // A request that found it dead since then knows better.
    if (well && member.ejectedAt !== null && member.ejectedAt > began) return downEvery;
    member.ejectedAt = null;
    turnTo(member, well, 'probe');
    return well ? every : downEvery;
  };

  const lookSoon = ({ watch }: Member): void => watch.soon(Math.min(settings.health.every, DOWN_EVERY) * jitter(clock));

  /** A request could not connect. It leaves rotation at once, unless too many have for no better reason; in any case it is looked at soon. */
  const suspect = (member: Member): void => {
    if (!member.probe) return;
    const isKnown = member.up === false && member.ejectedAt === null;
    const ejected = list.filter(({ ejectedAt }) => ejectedAt !== null).length;
    const room = Math.floor(settings.choice.ejection * list.length + ROUNDING) - ejected;
    if (!isKnown && (member.ejectedAt !== null || room > 0)) {
      member.ejectedAt = clock.now();
      turnTo(member, false, 'request');
    }
    lookSoon(member);
  };

  const enter = ({ id, key, make }: Found, known: Member | undefined): Member => {
    const member: Member = {
      id,
      key,
      ...make(),
      up: known?.up ?? true,
      isKnown: known?.isKnown ?? false,
      failure: known?.failure ?? null,
      ejectedAt: known?.ejectedAt ?? null,
      active: 0,
      breaker: null,
      tally: known?.tally ?? { answered: 0, erred: 0, failed: 0, unreachable: 0, abandoned: 0, ms: 0 },
      watch: new Watch(() => look(member), clock),
    };
    member.breaker = makeBreaker(member, known?.breaker ?? null);
    members.set(id, member);
    list = [...members.values()];
    if (member.probe) member.watch.soon(Math.min(settings.health.every, FIRST_WITHIN) * clock.random());
    return member;
  };

  const leave = (member: Member): void => {
    members.delete(member.id);
    list = [...members.values()];
    member.watch.stop();
    void member.probe?.close();
    leaving.add(member);
    if (leaving.size === 1) sweep();
  };

  /** Never at once: a request that has just been promised the instance may not have begun. */
  const sweep = (): void => {
    clock.after(LEAVING_EVERY, () => {
      for (const member of leaving) {
        if (member.active > 0) continue;
        leaving.delete(member);
        void member.upstream.close();
      }
      if (leaving.size > 0) sweep();
    });
  };

  const update: Pool['update'] = (found, isNews = true) => {
    if (isClosed) return;
    if (found.length > 0) lack = null;
    const ids = new Set(found.map(({ id }) => id));
    for (const member of list.filter(({ id }) => !ids.has(id))) {
      leave(member);
      say('info', 'instance-removed', member);
    }
    for (const one of found) {
      const known = members.get(one.id);
      if (known?.key === one.key) continue;
      if (known) leave(known);
      const member = enter(one, known);
      if (isNews && !known) say('info', 'instance-added', member);
    }
  };

  return {
    server,
    get instances() {
      return list;
    },
    get isIdle() {
      return list.length + leaving.size === 0;
    },
    configure(next) {
      const { balance, preferRegion } = settings.choice;
      settings = next;
      if (balance !== next.choice.balance || preferRegion !== next.choice.preferRegion) balancer = makeBalancer(next);
      for (const member of list) member.breaker = makeBreaker(member, member.breaker);
    },
    next(tried, key) {
      const only = list.length === 1 ? list[0] : undefined;
      // With one there is nothing to choose.
      if (only && !only.breaker) return tried.has(only) ? null : only;
      const now = clock.now();
      const left = list.filter((instance) => !tried.has(instance) && (instance.breaker?.admits(now) ?? true));
      if (left.length === 0) return null;
      const chosen = balancer.choose(preferred<Instance>(left, ({ up }) => up), key);
      chosen.breaker?.claim(now);
      return chosen;
    },
    admits({ breaker }) {
      const now = clock.now();
      const isAdmitted = breaker?.admits(now) ?? true;
      if (isAdmitted) breaker?.claim(now);
      return isAdmitted;
    },
    byId: (id) => members.get(id),
    update,
    blame,
    get lack() {
      return lack;
    },
    set lack(why) {
      lack = why;
    },
    get cause() {
      if (list.length === 0) return lack;
      const now = clock.now();
      const failures = list.flatMap(({ up, isKnown, breaker, failure }) => (failure && (!up || !isKnown || breaker?.stateAt(now) === 'open') ? [failure] : []));
      return failures.sort((a, b) => b.at - a.at)[0] ?? null;
    },
    report(instance, outcome, ms, caller, failed, requestId) {
      instance.tally[outcome]++;
      // A failure alone does not show that there is a server: a child that ends at once fails too, and would be counted among those that are well.
      if (outcome === 'answered' || outcome === 'erred') instance.isKnown = true;
      if (failed !== undefined) blame(instance, failed, requestId);
      if (outcome === 'answered') instance.tally.ms += ms;
      const member = members.get(instance.id);
      if (member !== instance) return;
      balancer.heard?.(instance, outcome, ms);
      const now = clock.now();
      instance.breaker?.heard(outcome, now - ms, now, caller);
      if (outcome === 'unreachable') suspect(member);
      else if (outcome === 'failed' && member.probe) lookSoon(member);
    },
    health() {
      const now = clock.now();
      const total = list.length;
      const asked = list.filter(({ up, breaker }) => up && breaker?.stateAt(now) !== 'open');
      const healthy = asked.filter(({ isKnown }) => isKnown).length;
      const unknown = asked.length - healthy;
      return { healthy, total, unknown, percent: unknown > 0 && unknown === total ? null : Math.round((100 * healthy) / (total || 1)) };
    },
    get retryAfter() {
      const now = clock.now();
      const waits = list.map(({ breaker }) => breaker?.wait(now) ?? 0);
      return waits.length === 0 ? 1 : Math.max(1, Math.ceil(Math.min(...waits) / 1000));
    },
    turnTo,
    retire() {
      update([]);
      isClosed = true;
    },
    async close() {
      list.forEach(leave);
      isClosed = true;
      const closing = [...leaving].flatMap(({ upstream, probe }) => [upstream.close(), probe?.close()]);
      leaving.clear();
      await Promise.all(closing);
    },
  };
}

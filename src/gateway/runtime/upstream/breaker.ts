import type { BreakerTable } from '../tables/pool.js';
import type { Outcome } from './outcome.js';

export type BreakerState = 'closed' | 'open' | 'half-open';

/** What is told of a turn: how grave it is, and its name in the log. */
export type Turned = (level: 'info' | 'warn', event: string) => void;

/** That of an instance whose table asks for one; `known` is the one it has had so far. */
export function makeBreaker(table: BreakerTable | null, now: number, known: Breaker | null, turned: Turned): Breaker | null {
  return table && new Breaker(table, now, known, (state) => turned(state === 'open' ? 'warn' : 'info', `breaker-${state}`));
}

/** Milliseconds for which a caller that was heard of exists: failures of one alone must not shut out the others. */
const EXISTS = 3_600_000;

interface Failed {
  readonly at: number;
  readonly caller: string;
}

/**
 * The circuit breaker of one instance. It has no clock: every call says what time it is, in milliseconds. An open one is half-open as soon as its cooldown is
 * over, and says so when a request claims the trial. What a caller asks for may be why it fails, so where there are others no caller's failures count for more
 * than half of what opens it.
 */
export class Breaker {
  readonly #table: BreakerTable;
  readonly #turned: (state: BreakerState) => void;
  /** As it was last changed by something that happened. */
  state: BreakerState = 'closed';
  /** When that was. */
  since: number;
  /** Failures that may still count. */
  #failures: readonly Failed[] = [];
  /** Who was heard of last, and when, and when somebody else was. */
  #caller = '';
  #callerAt = -Infinity;
  #otherAt = -Infinity;
  /** When the request that tries was let through; null where none is under way. */
  #trial: number | null = null;

  /** Goes on where `known`, of other numbers, has come to, and tells whenever it turns. */
  constructor(table: BreakerTable, now: number, known: Breaker | null, turned: (state: BreakerState) => void) {
    this.#table = table;
    this.#turned = turned;
    this.since = known?.since ?? now;
    if (!known) return;
    this.state = known.state;
    this.#failures = known.#failures;
    this.#trial = known.#trial;
    this.#caller = known.#caller;
    this.#callerAt = known.#callerAt;
    this.#otherAt = known.#otherAt;
  }

  stateAt(now: number): BreakerState {
    return this.state === 'open' && this.wait(now) === 0 ? 'half-open' : this.state;
  }

  /** Milliseconds until a request may try, as far as is known. */
  wait(now: number): number {
    return this.state === 'open' ? Math.max(0, this.since + this.#table.cooldown - now) : 0;
  }

  /** Failures that count now. */
  failures(now: number): number {
    return this.#recent(now).length;
  }

  admits(now: number): boolean {
    if (this.state !== 'half-open') return this.wait(now) === 0;
    // Whoever claimed the trial may have been turned away for another reason, or wait for hours: after a cooldown another may try.
    return this.#trial === null || now - this.#trial >= this.#table.cooldown;
  }

  /** A request that was admitted goes there. */
  claim(now: number): void {
    if (this.state === 'closed') return;
    if (this.state === 'open') this.#turnTo('half-open', now);
    this.#trial = now;
  }

  /** What became of a request of `caller` that began at `began`. */
  heard(outcome: Outcome, began: number, now: number, caller = ''): void {
    if (caller !== this.#caller) this.#otherAt = this.#callerAt;
    this.#caller = caller;
    this.#callerAt = now;
    if (this.state === 'half-open') {
      // One from before the trial says nothing about now.
      if (this.#trial === null || began < this.#trial) return;
      this.#trial = null;
      if (outcome !== 'abandoned') this.#turnTo(isWell(outcome) ? 'closed' : 'open', now);
      return;
    }
    if (this.state === 'open' || isWell(outcome) || outcome === 'abandoned') return;
    this.#failures = [...this.#recent(now), { at: now, caller }];
    if (this.#isEnough(now)) this.#turnTo('open', now);
  }

  /** Who is alone opens it with as many failures as the table says; beside others it takes two callers. */
  #isEnough(now: number): boolean {
    const { failures } = this.#table;
    if (now - this.#otherAt > EXISTS) return this.#failures.length >= failures;
    const most = Math.ceil(Math.max(2, failures) / 2);
    const ofCallers = new Map<string, number>();
    for (const { caller } of this.#failures) ofCallers.set(caller, Math.min(most, (ofCallers.get(caller) ?? 0) + 1));
    return [...ofCallers.values()].reduce((sum, count) => sum + count, 0) >= Math.max(2, failures);
  }

  /** Closes it, and forgets what counted against the instance. */
  reset(now: number): void {
    if (this.state !== 'closed') this.#turnTo('closed', now);
    this.#failures = [];
  }

  #turnTo(state: BreakerState, now: number): void {
    this.state = state;
    this.since = now;
    this.#trial = null;
    if (state === 'closed') this.#failures = [];
    this.#turned(state);
  }

  #recent(now: number): readonly Failed[] {
    return this.#failures.filter(({ at }) => now - at < this.#table.window);
  }
}

/** The instance is there and answers, well or not. */
const isWell = (outcome: Outcome): boolean => outcome === 'answered' || outcome === 'erred';

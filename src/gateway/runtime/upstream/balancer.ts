/** What every strategy is, and the one that needs nothing but turns; the others are in `balance.ts`. */
import type { Balance } from '../tables/pool.js';
import type { Outcome } from './outcome.js';

/** What a strategy may look at. The same instance is the same object each time: what a strategy remembers of it, it keeps by that. */
export interface Candidate {
  readonly id: string;
  readonly weight: number;
  readonly region: string | null;
  /** Requests under way at this instance. */
  readonly active: number;
}

/** One pool's strategy, with what it remembers. */
export interface Balancer {
  /** Chooses one of at least one candidate. `key` says whose request it is. */
  choose<T extends Candidate>(candidates: readonly T[], key: string): T;
  /** What became of a request at an instance, and in how many milliseconds. */
  heard?(candidate: Candidate, outcome: Outcome, ms: number): void;
}

/** Strategies by their names; missing are those that no pool of the config asks for. */
export type Strategies = Readonly<Partial<Record<Balance, (random: () => number) => Balancer>>>;

/** The one whose last turn is the longest ago. */
export function roundRobin(): Balancer {
  // A position that counts on would pass over some for ever where the candidates change by turns.
  const turns = new WeakMap<Candidate, number>();
  let turn = 0;
  return {
    choose(candidates) {
      const chosen = best(candidates, (candidate) => -(turns.get(candidate) ?? 0));
      turns.set(chosen, ++turn);
      return chosen;
    },
  };
}

/** The first of those with the highest score. */
export function best<T>(values: readonly T[], score: (value: T) => number): T {
  let highest = -Infinity;
  let chosen = values[0] as T;
  for (const value of values) {
    const own = score(value);
    if (own <= highest) continue;
    highest = own;
    chosen = value;
  }
  return chosen;
}

/** Those that are better, or all where none is. */
export function preferred<T>(values: readonly T[], isBetter: (value: T) => boolean): readonly T[] {
  const better = values.filter(isBetter);
  return better.length > 0 ? better : values;
}

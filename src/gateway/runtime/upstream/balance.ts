import type { Balance } from '../types.js';

/** What a strategy may look at. */
export interface Candidate {
  /** Requests under way at this instance. */
  readonly active: number;
}

/** Chooses one of at least one candidate. `turn` counts the pool's choices. */
type Choose = <T extends Candidate>(candidates: readonly T[], turn: number) => T;

export const BALANCES: Readonly<Record<Balance, Choose>> = {
  'round-robin': (candidates, turn) => candidates[turn % candidates.length] as (typeof candidates)[number],
  // Among equals it takes turns, or an idle pool would send everything to its first instance.
  'least-connections': (candidates, turn) => {
    const fewest = Math.min(...candidates.map(({ active }) => active));
    const least = candidates.filter(({ active }) => active === fewest);
    return least[turn % least.length] as (typeof candidates)[number];
  },
};

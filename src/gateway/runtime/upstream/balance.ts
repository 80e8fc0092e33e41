import type { Balance } from '../types.js';

/** What a strategy may look at. */
export interface Candidate {
  readonly id: string;
  readonly weight: number;
  /** Requests under way at this instance. */
  readonly active: number;
}

/** One pool's strategy, with what it remembers. */
export interface Balancer {
  /** Chooses one of at least one candidate. `key` says whose request it is. */
  choose<T extends Candidate>(candidates: readonly T[], key: string): T;
}

const roundRobin = (): Balancer => {
  let turn = 0;
  return { choose: (candidates) => candidates[turn++ % candidates.length] as (typeof candidates)[number] };
};

/** Among equals it takes turns, or an idle pool would send everything to its first instance. */
const leastConnections = (): Balancer => {
  let turn = 0;
  return {
    choose(candidates) {
      const fewest = Math.min(...candidates.map(({ active }) => active));
      const least = candidates.filter(({ active }) => active === fewest);
      return least[turn++ % least.length] as (typeof candidates)[number];
    },
  };
};

export const BALANCERS: Readonly<Record<Balance, (random: () => number) => Balancer>> = {
  'round-robin': roundRobin,
  'least-connections': leastConnections,
  weighted: roundRobin,
  'health-based': roundRobin,
  random: roundRobin,
  rendezvous: roundRobin,
};

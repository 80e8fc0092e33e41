/** Ways for a pool to choose where it does not just take turns: by counting. Those that draw are in `draw.ts`. */
import type { ChoiceTable } from '../tables/pool.js';
import { best, preferred, roundRobin, type Balancer, type Candidate, type Strategies } from './balancer.js';

/** Among equals it takes turns, or an idle pool would send everything to its first instance. */
const leastConnections = (): Balancer => {
  const turns = roundRobin();
  return {
    choose(candidates, key) {
      const fewest = Math.min(...candidates.map(({ active }) => active));
      return turns.choose(candidates.filter(({ active }) => active === fewest), key);
    },
  };
};

/** Smooth weighted round-robin, as nginx does it: everyone earns its weight, the richest is chosen and pays what all have earned. */
const weighted = (): Balancer => {
  const credits = new WeakMap<Candidate, number>();
  return {
    choose(candidates) {
      const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
      for (const candidate of candidates) {
        const credit = (credits.get(candidate) ?? 0) + candidate.weight;
        // Among the same few it never comes to these bounds; what was earned or owed beside heavier ones that have left would take long to use up.
        credits.set(candidate, Math.max(-total, Math.min(total * candidates.length, credit)));
      }
      const chosen = best(candidates, (candidate) => credits.get(candidate) ?? 0);
      credits.set(chosen, (credits.get(chosen) ?? 0) - total);
      return chosen;
    },
  };
};

export const BALANCERS = { 'round-robin': roundRobin, 'least-connections': leastConnections, weighted } satisfies Strategies;

/** Of a pool, in a gateway that is in `region`. */
export function makeBalancer({ balance, preferRegion }: ChoiceTable, region: string | null, random: () => number, drawn: Strategies = {}): Balancer {
  const strategies: Strategies = { ...BALANCERS, ...drawn };
  const make = strategies[balance];
  // Turns in its place would be a decision that nobody has made.
  if (!make) throw new Error(`this gateway was built without the strategy ${balance}`);
  const strategy = make(random);
  return preferRegion && region !== null ? nearFirst(strategy, region) : strategy;
}

/** What a gateway that does not know its region should say about such choices; null where all is well. */
export function blindnessOf(choices: readonly ChoiceTable[], region: string | null): string | null {
  const isBlind = region === null && choices.some(({ preferRegion }) => preferRegion);
  return isBlind ? 'prefer: region does nothing without MCP_GATEWAY_REGION' : null;
}

/** Chooses among those of the same region while there are any. */
const nearFirst = (strategy: Balancer, own: string): Balancer => ({
  ...strategy,
  choose: (candidates, key) => strategy.choose(preferred(candidates, ({ region }) => region === own), key),
});

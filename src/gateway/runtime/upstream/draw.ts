/** Ways for a pool to choose by drawing: by luck, which is made to fall as it should, or by a number that a caller and an instance make together. */
import { best, type Balancer, type Candidate, type Strategies } from './balancer.js';

/** What one more outcome counts against those before it. */
const SHARE_OF_LAST = 0.2;
/** The worst are still asked now and then, or nobody would learn that they have recovered. */
const LEAST_SCORE = 0.05;
/** Milliseconds that make no difference. */
const NOISE = 10;

interface Fitness {
  /** Share of good outcomes. */
  ok: number;
  /** Of good outcomes; null before the first. */
  ms: number | null;
}

/** In proportion to how well and how fast they answered of late. */
const healthBased = (random: () => number): Balancer => {
  const known = new WeakMap<Candidate, Fitness>();
  return {
    choose(candidates) {
      const times = candidates.flatMap((candidate) => known.get(candidate)?.ms ?? []);
      const fastest = Math.min(...times);
      const score = (candidate: Candidate): number => {
        const { ok, ms } = known.get(candidate) ?? { ok: 1, ms: null };
        return Math.max(LEAST_SCORE, ok ** 2 * (ms === null ? 1 : (fastest + NOISE) / (ms + NOISE)));
      };
      return draw(candidates, score, random);
    },
    heard(candidate, outcome, ms) {
      if (outcome === 'abandoned') return;
      const fitness = known.get(candidate) ?? { ok: 1, ms: null };
      known.set(candidate, fitness);
      const isGood = outcome === 'answered' || outcome === 'erred';
      fitness.ok += SHARE_OF_LAST * (Number(isGood) - fitness.ok);
      if (isGood) fitness.ms = fitness.ms === null ? ms : fitness.ms + SHARE_OF_LAST * (ms - fitness.ms);
    },
  };
};

/**
 * Two drawn by weight, and of them the less busy one: nearly as even as asking all, and callers that choose at the same moment do not all choose
 * alike.
 */
const randomOfTwo = (random: () => number): Balancer => ({
  choose(candidates) {
    const first = draw(candidates, ({ weight }) => weight, random);
    const others = candidates.filter((candidate) => candidate !== first);
    if (others.length === 0) return first;
    const second = draw(others, ({ weight }) => weight, random);
    return second.active / second.weight < first.active / first.weight ? second : first;
  },
});

/** Highest random weight: each key ranks the instances in an order of its own, so that one that leaves moves only those who were with it. */
const rendezvous = (): Balancer => ({
  choose: (candidates, key) => best(candidates, ({ id, weight }) => -weight / Math.log(fraction(`${id}\n${key}`))),
});

function draw<T extends Candidate>(candidates: readonly T[], share: (candidate: T) => number, random: () => number): T {
  const shares = candidates.map(share);
  let left = random() * shares.reduce((sum, each) => sum + each, 0);
  const index = shares.findIndex((each) => (left -= each) < 0);
  // Sums of fractions may leave a last crumb.
  return candidates[index === -1 ? candidates.length - 1 : index] as T;
}

/** FNV-1a, and the finish of MurmurHash3, without which texts that end alike stay alike. @returns from above 0 to below 1 */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}

export const DRAWN = { 'health-based': healthBased, random: randomOfTwo, rendezvous } satisfies Strategies;

/** Token buckets by key: `tokens` at once, refilled evenly over `window`. Times are milliseconds of a clock that never goes back. */
import type { RateTable } from '../tables/caller.js';
import { digest } from '../wire/digest.js';

/** Keys of one generation. Two generations are kept, so that a flood of addresses is neither a flood of memory nor a search through it. */
const MOST_KEYS = 50_000;

/** Characters of a key that is kept as it is; what issuers call their callers may be as long as a head. */
const LONGEST_KEY = 128;

interface Level {
  tokens: number;
  at: number;
}

export interface Buckets {
  /** Takes one token: 0, or the seconds until there is one. */
  take(key: string, now: number): number;
  /** Takes one more token without asking, as far as zero: a failed credential costs two. */
  penalise(key: string, now: number): void;
}

export function createBuckets({ tokens: most, window }: RateTable): Buckets {
  /** A key that is used moves into the young generation; one that is not for a whole generation is forgotten, full or not. */
  let young = new Map<string, Level>();
  let old = new Map<string, Level>();
  const levelOf = (name: string, now: number): Level => {
    const key = name.length > LONGEST_KEY ? digest(name) : name;
    let level = young.get(key);
    if (!level) {
      level = old.get(key) ?? { tokens: most, at: now };
      if (young.size >= MOST_KEYS) [old, young] = [young, new Map()];
      young.set(key, level);
    }
    level.tokens = Math.min(most, level.tokens + (Math.max(0, now - level.at) * most) / window);
    level.at = now;
    return level;
  };
  return {
    take(key, now) {
      const level = levelOf(key, now);
      if (level.tokens < 1) return Math.max(1, Math.ceil(((1 - level.tokens) * window) / most / 1000));
      level.tokens -= 1;
      return 0;
    },
    penalise(key, now) {
      const level = levelOf(key, now);
      level.tokens = Math.max(0, level.tokens - 1);
    },
  };
}

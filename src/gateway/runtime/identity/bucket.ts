import type { RateTable } from '../tables/caller.js';

/** Keys of one generation. Two generations are kept, so that a flood of addresses is neither a flood of memory nor a search through it. */
const MOST_KEYS = 50_000;

interface Level {
  tokens: number;
  at: number;
}

/** Token buckets by key: `tokens` at once, refilled evenly over `window`. Times are milliseconds of a clock that never goes back. */
export class Buckets {
  readonly #rate: RateTable;
  /** A key that is used moves into the young generation; one that is not for a whole generation is forgotten, full or not. */
  #young = new Map<string, Level>();
  #old = new Map<string, Level>();

  constructor(rate: RateTable) {
    this.#rate = rate;
  }

  /** Takes one token: 0, or the seconds until there is one. */
  take(key: string, now: number): number {
    const level = this.#level(key, now);
    if (level.tokens < 1) return Math.max(1, Math.ceil(((1 - level.tokens) * this.#rate.window) / this.#rate.tokens / 1000));
    level.tokens -= 1;
    return 0;
  }

  /** Takes one more token without asking, as far as zero: a failed credential costs two. */
  penalise(key: string, now: number): void {
    const level = this.#level(key, now);
    level.tokens = Math.max(0, level.tokens - 1);
  }

  #level(key: string, now: number): Level {
    const { tokens: most, window } = this.#rate;
    let level = this.#young.get(key);
    if (!level) {
      level = this.#old.get(key) ?? { tokens: most, at: now };
      if (this.#young.size >= MOST_KEYS) [this.#old, this.#young] = [this.#young, new Map()];
      this.#young.set(key, level);
    }
    level.tokens = Math.min(most, level.tokens + (Math.max(0, now - level.at) * most) / window);
    level.at = now;
    return level;
  }
}

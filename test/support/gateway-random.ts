/** Chance that can be repeated: run again with `SEED=<number>` to see a failure once more. */
export interface Chance {
  /** For every failure message. */
  readonly seed: number;
  /** A whole number from 0 to `below - 1`. */
  below(below: number): number;
  pick<T>(values: readonly T[]): T;
  /** Some bytes. */
  bytes(length: number): Buffer;
}

export function chance(seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)): Chance {
  let state = seed;
  // mulberry32
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return {
    seed,
    below,
    pick: (values) => {
      if (values.length === 0) throw new Error('nothing to pick from');
      return values[below(values.length)] as (typeof values)[number];
    },
    bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))),
  };
}

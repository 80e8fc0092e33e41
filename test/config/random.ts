/** Numbers that repeat for a seed (mulberry32). */
export interface Random {
  readonly below: (limit: number) => number;
  readonly pick: <T>(items: readonly T[]) => T;
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return { below, pick: (items) => items[below(items.length)] as (typeof items)[number] };
}

/** Tries something with many seeds, the same in every run; a failure names the seed it happened with, and `SEED` starts a run elsewhere. */
export function withSeeds(count: number, attempt: (random: Random) => void): void {
  const first = Number(process.env['SEED'] ?? 1);
  for (let seed = first; seed < first + count; seed++) {
    try {
      attempt(randomOf(seed));
    } catch (cause) {
      throw new Error(`SEED=${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}

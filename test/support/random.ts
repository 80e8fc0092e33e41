/**
 * Random numbers that can be repeated. The seed is the same in every run. `MCPGEN_SEED=<number>` takes another seed, and `MCPGEN_SEED=random` draws a new one
 * for each process. A process whose tests fail prints its seed at the end.
 */
import { randomInt } from 'node:crypto';

const FIXED_SEED = 20_261_120;

export const SEED = seedFrom(process.env['MCPGEN_SEED']);
process.once('exit', (code) => {
  if (code !== 0) process.stderr.write(`To run this again with the same numbers: MCPGEN_SEED=${SEED}\n`);
});

function seedFrom(asked: string | undefined): number {
  if (asked === undefined || asked === '') return FIXED_SEED;
  if (asked === 'random') return randomInt(2 ** 31);
  const seed = Number(asked);
  if (!Number.isSafeInteger(seed)) throw new Error(`MCPGEN_SEED is "random" or a whole number; got ${JSON.stringify(asked)}`);
  return seed;
}

export interface Random {
  readonly seed: number;
  /** A number from 0 up to, but not including, 1. */
  readonly next: () => number;
  /** A whole number from 0 up to, but not including, the limit. */
  readonly below: (limit: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(items: readonly T[]) => T;
  readonly bytes: (length: number) => Buffer;
}

/** Random numbers, which are the same for the same seed (mulberry32). */
export function randomOf(seed = SEED): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const pick = <T>(items: readonly T[]): T => {
    if (items.length === 0) throw new Error('nothing to pick from');
    return items[below(items.length)] as T;
  };
  return { seed, next, below, chance: (probability) => next() < probability, pick, bytes: (length) => Buffer.from(Array.from({ length }, () => below(256))) };
}

/** This many seeds, which begin with the seed of this run. */
export function seeds(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => SEED + index);
}

/** Runs a check with many seeds. A failure names its seed. */
export function withSeeds(count: number, attempt: (random: Random) => void): void {
  for (const seed of seeds(count)) {
    try {
      attempt(randomOf(seed));
    } catch (cause) {
      throw new Error(`MCPGEN_SEED=${seed}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }
}

/** Rounds → numbers. */
import type { Costs, Window } from './measure.js';
import type { RowName } from './rows.js';

export interface Result extends RowName {
  readonly about: string;
  /** Of all rounds. */
  readonly completed: number;
  readonly failed: number;
  readonly failure: string | null;
  /** Medians of the rounds, but for the memory, which is that after the last. Requests per second, milliseconds, microseconds per request, bytes. */
  readonly throughput: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpu: Costs;
  readonly rss: number | null;
  /** The share of the machine that something else took. */
  readonly others: number | null;
  /** Half the distance between the slowest and the fastest round, as a share of the median: how far to trust it. */
  readonly spread: number;
  /**
   * In proportion to other rows, null when they did not run: the median of the proportions of each round, since what else the machine does hits both. Of
   * throughput, and of processor time per request, which is steadier on a busy machine.
   */
  readonly ratios: Readonly<Record<Measure, Readonly<Record<Baseline, number | null>>>>;
  readonly rounds: readonly Window[];
}

export type Measure = 'throughput' | 'cpu';
export type Baseline = 'nginx' | 'pipe' | 'before';

export interface Measured extends RowName {
  readonly about: string;
  readonly rounds: readonly Window[];
}

export function resultsOf(all: readonly Measured[]): readonly Result[] {
  return all.map((measured) => {
    const { rounds, target, node, nginx, before, about } = measured;
    const throughputs = rounds.map(({ throughput }) => throughput);
    const throughput = median(throughputs);
    const ratiosOf = (measure: Measure): Record<Baseline, number | null> => {
      const to = (baseline: Measured | undefined): number | null =>
        medianOrNull(rounds.map((round, i) => proportion(valueOf(measure, round), valueOf(measure, baseline?.rounds[i]))));
      return {
        nginx: to(all.find((row) => row.target === nginx)),
        pipe: to(all.find((row) => row.target === 'pipe' && (node === null || row.node === node))),
        before: to(all.find((row) => row.target === before && row.node === node)),
      };
    };
    const cost = (of: keyof Costs): number | null => medianOrNull(rounds.map(({ cpu }) => cpu[of]));
    return {
      target,
      node,
      nginx,
      before,
      about,
      completed: sum(rounds.map(({ completed }) => completed)),
      failed: sum(rounds.map(({ failed }) => failed)),
      failure: rounds.find(({ failure }) => failure !== null)?.failure ?? null,
      throughput,
      p50: median(rounds.map(({ p50 }) => p50)),
      p99: median(rounds.map(({ p99 }) => p99)),
      cpu: { target: cost('target'), load: cost('load'), upstream: cost('upstream') },
      rss: rounds.at(-1)?.rss ?? null,
      others: medianOrNull(rounds.map(({ others }) => others)),
      spread: (Math.max(...throughputs) - Math.min(...throughputs)) / 2 / throughput,
      ratios: { throughput: ratiosOf('throughput'), cpu: ratiosOf('cpu') },
      rounds,
    };
  });
}

function valueOf(measure: Measure, window: Window | undefined): number | null {
  return (measure === 'cpu' ? window?.cpu.target : window?.throughput) ?? null;
}

/** A round may be too short for the clock of processor time, which then says that it cost nothing. */
function proportion(value: number | null, to: number | null): number | null {
  return value === null || !to ? null : value / to;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

function medianOrNull(values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  return numbers.length === 0 ? null : median(numbers);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

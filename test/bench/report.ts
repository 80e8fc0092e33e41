/** Rounds → numbers → table. */
import type { Window } from './measure.js';

export interface Result {
  readonly target: string;
  readonly about: string;
  /** Of all rounds. */
  readonly completed: number;
  readonly failed: number;
  readonly failure: string | null;
  /** Medians of the rounds, but for the memory, which is that after the last. Requests per second, milliseconds, processor seconds per 1,000 requests, bytes. */
  readonly throughput: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpu: number | null;
  readonly rss: number | null;
  /** Half the distance between the slowest and the fastest round, as a share of the median: how far to trust it. */
  readonly spread: number;
  /** Throughput in proportion to these, null when they did not run: the median of the proportions of each round, since what else the machine does hits both. */
  readonly ratios: Readonly<Record<Baseline, number | null>>;
  /** Processor time per request in proportion to the pipe's; on a busy machine steadier than throughput. */
  readonly cpuToPipe: number | null;
  readonly rounds: readonly Window[];
}

const BASELINES = ['pipe', 'nginx', 'direct'] as const;
type Baseline = (typeof BASELINES)[number];

export interface Measured {
  readonly target: string;
  readonly about: string;
  readonly rounds: readonly Window[];
}

export function resultsOf(measured: readonly Measured[]): readonly Result[] {
  return measured.map(({ target, about, rounds }) => {
    const throughputs = rounds.map(({ throughput }) => throughput);
    const throughput = median(throughputs);
    const to = (baseline: Baseline, of: 'throughput' | 'cpu' = 'throughput'): number | null => {
      const other = measured.find(({ target }) => target === baseline);
      return medianOrNull(rounds.map((round, i) => proportion(round[of], other?.rounds[i]?.[of])));
    };
    return {
      target,
      about,
      completed: sum(rounds.map(({ completed }) => completed)),
      failed: sum(rounds.map(({ failed }) => failed)),
      failure: rounds.find(({ failure }) => failure !== null)?.failure ?? null,
      throughput,
      p50: median(rounds.map(({ p50 }) => p50)),
      p99: median(rounds.map(({ p99 }) => p99)),
      cpu: medianOrNull(rounds.map(({ cpu }) => cpu)),
      rss: rounds.at(-1)?.rss ?? null,
      spread: (Math.max(...throughputs) - Math.min(...throughputs)) / 2 / throughput,
      ratios: { pipe: to('pipe'), nginx: to('nginx'), direct: to('direct') },
      cpuToPipe: to('pipe', 'cpu'),
      rounds,
    };
  });
}

const COLUMNS: readonly (readonly [title: string, cell: (result: Result) => string])[] = [
  ['target', ({ target }) => target],
  ['requests/s', ({ throughput }) => throughput.toFixed(0)],
  ['±', ({ spread }) => `${(spread * 100).toFixed(0)} %`],
  ['p50 ms', ({ p50 }) => p50.toFixed(2)],
  ['p99 ms', ({ p99 }) => p99.toFixed(2)],
  ['CPU s/1000', ({ cpu }) => cpu?.toFixed(3) ?? '–'],
  ['RSS MB', ({ rss }) => (rss === null ? '–' : (rss / 2 ** 20).toFixed(0))],
  ...BASELINES.map((baseline) => [`÷ ${baseline}`, ({ ratios }: Result) => ratios[baseline]?.toFixed(2) ?? '–'] as const),
  ['CPU ÷ pipe', ({ cpuToPipe }) => cpuToPipe?.toFixed(2) ?? '–'],
  ['failed', ({ failed }) => String(failed)],
  ['', ({ about }) => about],
];

/** Columns of words are set left, numbers right. */
export function tableOf(results: readonly Result[]): string {
  const rows = [COLUMNS.map(([title]) => title), ...results.map((result) => COLUMNS.map(([, cell]) => cell(result)))];
  const widths = COLUMNS.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const isWord = (i: number): boolean => i === 0 || i === COLUMNS.length - 1;
  return rows.map((row) => row.map((cell, i) => (isWord(i) ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ').trimEnd()).join('\n');
}

/** A round may be too short for the clock of processor time, which then says that it cost nothing. */
function proportion(value: number | null, to: number | null | undefined): number | null {
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

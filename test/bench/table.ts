/** Numbers → the table that people read. */
import type { Result } from './results.js';

interface Column {
  readonly title: string;
  /** Null is a dash; a column of dashes alone is left out. */
  readonly cell: (result: Result) => string | null;
}

const COLUMNS: readonly Column[] = [
  { title: 'target', cell: ({ target }) => target },
  { title: 'Node', cell: ({ node }) => node },
  { title: 'requests/s', cell: ({ throughput }) => throughput.toFixed(0) },
  { title: '±', cell: ({ spread }) => `${(spread * 100).toFixed(0)} %` },
  { title: 'others', cell: ({ others }) => (others === null ? null : `${(others * 100).toFixed(0)} %`) },
  { title: 'p50 ms', cell: ({ p50 }) => p50.toFixed(2) },
  { title: 'p99 ms', cell: ({ p99 }) => p99.toFixed(2) },
  { title: 'CPU µs', cell: ({ cpu }) => fixed(cpu.target, 1) },
  { title: 'load µs', cell: ({ cpu }) => fixed(cpu.load, 1) },
  { title: 'upstream µs', cell: ({ cpu }) => fixed(cpu.upstream, 1) },
  { title: 'RSS MB', cell: ({ rss }) => fixed(rss === null ? null : rss / 2 ** 20, 0) },
  { title: 'failed', cell: ({ failed }) => String(failed) },
  { title: 'CPU ÷ before', cell: ({ ratios }) => fixed(ratios.cpu.before, 2) },
  { title: '÷ before', cell: ({ ratios }) => fixed(ratios.throughput.before, 2) },
  { title: 'CPU ÷ pipe', cell: ({ ratios }) => fixed(ratios.cpu.pipe, 2) },
  { title: 'CPU ÷ nginx', cell: ({ ratios }) => fixed(ratios.cpu.nginx, 2) },
  { title: '÷ pipe', cell: ({ ratios }) => fixed(ratios.throughput.pipe, 2) },
  { title: '÷ nginx', cell: ({ ratios }) => fixed(ratios.throughput.nginx, 2) },
];

/** Columns of words are set left, numbers right. */
const WORDS = 2;

export function tableOf(results: readonly Result[]): string {
  const columns = COLUMNS.filter(({ cell }) => results.some((result) => cell(result) !== null));
  const rows = [columns.map(({ title }) => title), ...results.map((result) => columns.map(({ cell }) => cell(result) ?? '–'))];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const words = columns.filter((column) => COLUMNS.indexOf(column) < WORDS).length;
  const set = (cell: string, i: number): string => (i < words ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0));
  return rows.map((row) => row.map(set).join('  ').trimEnd()).join('\n');
}

/** Above this share of the machine, throughput says more of what else runs than of the target. */
const DISTURBED = 0.1;

export function disturbanceOf(results: readonly Result[]): readonly string[] {
  const most = Math.max(...results.map(({ others }) => others ?? 0));
  if (most <= DISTURBED) return [];
  return [`Something else took up to ${(most * 100).toFixed(0)} % of the machine: CPU per request and its proportions are what can be trusted.`];
}

/** Above this share of one processor, a process of one thread has nothing left. */
const BUSY = 0.9;

/** Rows that say less of the target than of the bench: the load or the upstream had no time left, and a cheaper one would have shown more. */
export function bottlenecksOf(results: readonly Result[]): readonly string[] {
  return results.flatMap(({ target, node, throughput, cpu }) => {
    const shares = { 'the load': cpu.load, 'the upstream': cpu.upstream };
    const busy = Object.entries(shares).flatMap(([who, micros]) => {
      const share = ((micros ?? 0) * throughput) / 1e6;
      return share >= BUSY ? [`${who} was busy ${(share * 100).toFixed(0)} % of the time`] : [];
    });
    return busy.length === 0 ? [] : [`${target}${node === null ? '' : ` on ${node}`}: ${busy.join(', ')}, so that it may be able to do more`];
  });
}

function fixed(value: number | null, digits: number): string | null {
  return value === null ? null : value.toFixed(digits);
}

/** What was promised of the gateway, and whether a run shows it. A goal that is not reached fails nothing: the machine may be busy. */
import type { Baseline, Measure, Result } from './results.js';

/** A row of a scenario in proportion to another one. */
interface Goal {
  readonly scenario: string;
  readonly target: string;
  readonly measure: Measure;
  readonly to: Baseline;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const GOALS: readonly Goal[] = [
  { scenario: 'small', target: 'least', measure: 'throughput', to: 'nginx', atLeast: 0.5 },
  { scenario: 'small', target: 'full', measure: 'throughput', to: 'nginx', atLeast: 0.45 },
  { scenario: 'clients', target: 'least', measure: 'throughput', to: 'nginx', atLeast: 0.4 },
  { scenario: 'clients', target: 'full', measure: 'throughput', to: 'nginx', atLeast: 0.4 },
  { scenario: 'stream', target: 'least', measure: 'throughput', to: 'pipe', atLeast: 1 },
  { scenario: 'large', target: 'least', measure: 'throughput', to: 'nginx', atLeast: 0.9 },
  { scenario: 'small', target: 'least', measure: 'cpu', to: 'before', atMost: 0.5 },
  { scenario: 'small', target: 'full', measure: 'cpu', to: 'before', atMost: 0.5 },
];

export interface Judged extends Goal {
  readonly node: string | null;
  /** Null when a row that it needs was not measured. */
  readonly value: number | null;
  readonly isReached: boolean | null;
  /** For throughput: what the processor time per request makes of it, were there a processor for each process. Steadier on a busy machine. */
  readonly byCpu: number | null;
}

/** Each goal for every Node; goals of scenarios or targets that were not asked for are left out. */
export function judge(scenarios: readonly { readonly scenario: string; readonly targets: readonly Result[] }[]): readonly Judged[] {
  return GOALS.flatMap((goal) => {
    const results = scenarios.find(({ scenario }) => scenario === goal.scenario)?.targets ?? [];
    return results.filter(({ target }) => target === goal.target).map(({ node, ratios }) => {
      const value = ratios[goal.measure][goal.to];
      const isReached = value === null ? null : value >= (goal.atLeast ?? 0) && value <= (goal.atMost ?? Infinity);
      const cpu = ratios.cpu[goal.to];
      return { ...goal, node, value, isReached, byCpu: goal.measure === 'cpu' || !cpu ? null : 1 / cpu };
    });
  });
}

const NAMES: Readonly<Record<Baseline, string>> = { nginx: 'nginx with one worker', pipe: 'the bare pipe', before: 'the gateway of --before' };

export function goalLines(judged: readonly Judged[]): readonly string[] {
  return judged.map(({ scenario, target, node, measure, to, atLeast, atMost, value, isReached, byCpu }) => {
    const verdict = isReached === null ? 'not measured' : isReached ? 'reached' : 'not reached';
    const limit = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`;
    const what = `${scenario}, ${target} on ${node}: ${measure === 'cpu' ? 'CPU per request' : 'requests/s'} ${limit} × ${NAMES[to]}`;
    const found = value === null ? '' : `: ${value.toFixed(2)}${byCpu === null ? '' : ` (by CPU ${byCpu.toFixed(2)})`}`;
    return `${verdict.padEnd(12)}  ${what}${found}`;
  });
}

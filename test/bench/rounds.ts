/** One scenario: every target has its turn in every round. */
import { measure, verify, type Amount, type Bench, type Window } from './measure.js';
import type { ScenarioReport } from './report.js';
import { resultsOf } from './results.js';
import type { Row } from './rows.js';
import type { Scenario } from './scenarios.js';
import type { Started } from './targets.js';

type Running = readonly [row: Row, target: Started];

export interface Amounts extends Amount {
  readonly rounds: number;
  /** Requests that each target answers before it is measured. */
  readonly warmUp: number;
}

export async function runScenario(processes: Bench, upstream: number, rows: readonly Row[], scenario: Scenario, amounts: Amounts): Promise<ScenarioReport> {
  // Started anew for each, so that what one scenario left in memory is not counted to the next.
  const started = await Promise.all(rows.map(async (row) => [row, await row.start(upstream)] as const));
  const running = started.filter((one): one is Running => !('skipped' in one[1]));
  const skipped = Object.fromEntries(started.flatMap(([{ target }, it]) => ('skipped' in it ? [[target, it.skipped]] : [])));
  const windows = await inTurns(processes, running, scenario, amounts);
  const measured = running.map(([{ target, node, nginx, before }, { about }], i) => ({ target, node, nginx, before, about, rounds: windows[i] ?? [] }));
  await Promise.all(running.map(([, target]) => target.end()));
  return { scenario: scenario.name, about: scenario.about, skipped, targets: resultsOf(measured) };
}

/** Windows after which a target is as warm as it gets on a machine that is too busy. */
const MOST_WARM_UPS = 20;

/** Node compiles while it runs, and a request costs several times as much until some thousands have come: those are not kept. */
async function warmUp(processes: Bench, target: Started, scenario: Scenario, amounts: Amounts): Promise<void> {
  await verify(target, scenario);
  let completed = 0;
  for (let window = 0; window < MOST_WARM_UPS && completed < amounts.warmUp; window++) {
    const load = await measure(processes, target, scenario, amounts);
    if (load.failed > 0) throw new Error(`${target.about} fails: ${load.failure}`);
    completed += load.completed;
  }
}

/** Each round begins with another target. */
async function inTurns(processes: Bench, running: readonly Running[], scenario: Scenario, amounts: Amounts): Promise<Window[][]> {
  for (const [, target] of running) await warmUp(processes, target, scenario, amounts);
  const windows: Window[][] = running.map(() => []);
  for (let round = 0; round < amounts.rounds; round++) {
    for (let turn = 0; turn < running.length; turn++) {
      const at = (round + turn) % running.length;
      const [, target] = running[at] ?? [];
      if (target) windows[at]?.push(await measure(processes, target, scenario, amounts));
    }
  }
  return windows;
}

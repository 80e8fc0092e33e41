/** One scenario: every target has its turn in every round. */
import { measure, verify, type Amount, type Bench, type Window } from './measure.js';
import type { ScenarioReport } from './report.js';
import { resultsOf } from './results.js';
import type { Row } from './rows.js';
import type { Scenario } from './scenarios.js';
import type { Started } from './targets.js';

type Running = readonly [row: Row, target: Started];

export type Amounts = Amount & { readonly rounds: number };

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

/** Rounds that are not kept: Node compiles while it runs, and a request costs three times as much until about 4,000 have come. */
const WARM_UP = 2;

/** Each round begins with another target. */
async function inTurns(processes: Bench, running: readonly Running[], scenario: Scenario, { rounds, ...amount }: Amounts): Promise<Window[][]> {
  for (const [, target] of running) await verify(target, scenario);
  const windows: Window[][] = running.map(() => []);
  for (let round = 0; round < WARM_UP + rounds; round++) {
    for (let turn = 0; turn < running.length; turn++) {
      const at = (round + turn) % running.length;
      const [, target] = running[at] ?? [];
      if (!target) continue;
      const window = await measure(processes, target, scenario, amount);
      if (round >= WARM_UP) windows[at]?.push(window);
      else if (window.failed > 0) throw new Error(`${target.about} fails: ${window.failure}`);
    }
  }
  return windows;
}

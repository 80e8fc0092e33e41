/**
 * `npm run bench`: what the gateway costs, beside nothing, nginx and a bare pipe of node:http. In every round each target has its turn, so that what else the
 * machine does hits all of them. Exits with 1 when any answer was not a 200.
 */
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { measure, verify, type Window } from './measure.js';
import { readOptions, USAGE, type Options } from './options.js';
import { end, launchModule, launchServer } from './processes.js';
import { resultsOf, tableOf, type Result } from './report.js';
import type { Scenario } from './scenarios.js';
import type { Started } from './targets.js';

export interface Report {
  readonly node: string;
  readonly processors: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly concurrency: number;
  readonly scenarios: readonly { readonly scenario: string; readonly about: string; readonly skipped: Readonly<Record<string, string>>; readonly targets: readonly Result[] }[];
}

type Measured = Report['scenarios'][number];

async function bench({ rounds, seconds, concurrency, targets, scenarios, json }: Options): Promise<Report> {
  const write = (text: string): void => void (json === '-' ? process.stderr : process.stdout).write(`${text}\n`);
  const upstream = await launchServer('upstream');
  const load = launchModule('load');
  const measured: Measured[] = [];
  for (const scenario of scenarios) {
    write(`\n${scenario.about}; ${concurrency} connections, median of ${rounds} rounds of ${seconds} s`);
    // Started anew for each, so that what one scenario left in memory is not counted to the next.
    const started = await Promise.all(targets.map(async ({ name, start }) => [name, await start(upstream.port)] as const));
    const running = started.filter((one): one is readonly [string, Started] => !('skipped' in one[1]));
    const skipped = Object.fromEntries(started.flatMap(([name, target]) => ('skipped' in target ? [[name, target.skipped]] : [])));
    const windows = await inTurns(load, running, scenario, { rounds, seconds, concurrency });
    const results = resultsOf(running.map(([target, { about }], i) => ({ target, about, rounds: windows[i] ?? [] })));
    measured.push({ scenario: scenario.name, about: scenario.about, skipped, targets: results });
    write(tableOf(results));
    for (const [name, why] of Object.entries(skipped)) write(`${name} is skipped: ${why}`);
    for (const { target, failed, failure } of results) if (failed > 0) write(`${target} FAILED on ${failed} connections, first with ${JSON.stringify(failure)}`);
    await Promise.all(running.map(([, target]) => target.end()));
  }
  await Promise.all([end(load), end(upstream.child)]);
  return { node: process.version, processors: cpus().length, rounds, seconds, concurrency, scenarios: measured };
}

/** Rounds that are not kept: Node compiles while it runs, and a request costs three times as much until about 4,000 have come. */
const WARM_UP = 2;

/** Each round begins with another target. */
async function inTurns(load: ChildProcess, running: readonly (readonly [string, Started])[], scenario: Scenario, amount: Pick<Options, 'rounds' | 'seconds' | 'concurrency'>): Promise<Window[][]> {
  for (const [, target] of running) await verify(target, scenario);
  const windows: Window[][] = running.map(() => []);
  for (let round = 0; round < WARM_UP + amount.rounds; round++) {
    for (let turn = 0; turn < running.length; turn++) {
      const at = (round + turn) % running.length;
      const [, target] = running[at] ?? [];
      if (!target) continue;
      const window = await measure(load, target, scenario, amount);
      if (round >= WARM_UP) windows[at]?.push(window);
      else if (window.failed > 0) throw new Error(`${target.about} fails: ${window.failure}`);
    }
  }
  return windows;
}

function optionsOrUsage(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    process.exit(2);
  }
}

const options = optionsOrUsage();
const report = await bench(options);
const text = `${JSON.stringify(report, null, 2)}\n`;
if (options.json === '-') process.stdout.write(text);
else if (options.json !== null) writeFileSync(options.json, text);
if (report.scenarios.some(({ targets }) => targets.some(({ failed }) => failed > 0))) process.exitCode = 1;

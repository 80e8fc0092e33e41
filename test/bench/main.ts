/**
 * `npm run bench`: what the gateway costs, beside nothing, nginx and a bare pipe of node:http. In every round each target has its turn, so that what else the
 * machine does hits all of them. Exits with 1 when any answer was not a 200.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { goalLines, judge } from './goals.js';
import { measure, verify, type Amount, type Bench, type Window } from './measure.js';
import { findNodes } from './nodes.js';
import { readOptions, USAGE, type Options } from './options.js';
import { end, launchModule, launchServer } from './processes.js';
import type { Report, ScenarioReport } from './report.js';
import { resultsOf } from './results.js';
import { rowsOf, type Row } from './rows.js';
import type { Scenario } from './scenarios.js';
import { bottlenecksOf, tableOf } from './table.js';
import type { Started } from './targets.js';

type Running = readonly [row: Row, target: Started];

async function bench({ rounds, seconds, concurrency, targets, scenarios, nodes: wanted, workers, before, json }: Options): Promise<Report> {
  const write = (text: string): void => void (json === '-' ? process.stderr : process.stdout).write(`${text}\n`);
  const { nodes, skipped } = findNodes(wanted);
  const rows = await rowsOf(targets, { nodes, workers, before });
  const { child: upstream, port } = await launchServer('upstream');
  const load = launchModule('load');
  write(introduction(nodes.map(({ version }) => version)));
  for (const [what, why] of Object.entries(skipped)) write(`${what} is skipped: ${why}`);
  const reports: ScenarioReport[] = [];
  for (const scenario of scenarios) {
    write(`\n${scenario.name}: ${scenario.about}; ${concurrency} connections, median of ${rounds} rounds of ${seconds} s`);
    const report = await runScenario({ load, upstream }, port, rows, scenario, { rounds, seconds, concurrency });
    reports.push(report);
    for (const line of linesOf(report)) write(line);
  }
  await Promise.all([end(load), end(upstream)]);
  const goals = judge(reports);
  if (goals.length > 0) write(['\nGoals (five rounds, 32 connections, a machine that does nothing else):', ...goalLines(goals)].join('\n'));
  const versions = nodes.map(({ version }) => version);
  return { node: process.version, nodes: versions, processors: cpus().length, rounds, seconds, concurrency, scenarios: reports, goals };
}

function introduction(versions: readonly string[]): string {
  return [
    `${cpus().length} processors. The load and the upstream are sockets of Node ${process.version}, each a process of one thread; the gateway runs on ${versions.join(' and ')}.`,
    'Request logs of nginx and the gateway are lines of JSON, gathered and written to nowhere. µs are processor time per request.',
  ].join('\n');
}

type Amounts = Amount & { readonly rounds: number };

async function runScenario(processes: Bench, upstream: number, rows: readonly Row[], scenario: Scenario, amounts: Amounts): Promise<ScenarioReport> {
  // Started anew for each, so that what one scenario left in memory is not counted to the next.
  const started = await Promise.all(rows.map(async (row) => [row, await row.start(upstream)] as const));
  const running = started.filter((one): one is Running => !('skipped' in one[1]));
  const skipped = Object.fromEntries(started.flatMap(([{ target }, it]) => ('skipped' in it ? [[target, it.skipped]] : [])));
  const windows = await inTurns(processes, running, scenario, amounts);
  const targets = resultsOf(running.map(([{ target, node, nginx, before }, { about }], i) => ({ target, node, nginx, before, about, rounds: windows[i] ?? [] })));
  await Promise.all(running.map(([, target]) => target.end()));
  return { scenario: scenario.name, about: scenario.about, skipped, targets };
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

function linesOf({ targets, skipped }: ScenarioReport): readonly string[] {
  return [
    tableOf(targets),
    ...bottlenecksOf(targets),
    ...Object.entries(skipped).map(([name, why]) => `${name} is skipped: ${why}`),
    ...targets.flatMap(({ target, failed, failure }) => (failed > 0 ? [`${target} FAILED on ${failed} connections, first with ${JSON.stringify(failure)}`] : [])),
  ];
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

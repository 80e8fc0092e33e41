/**
 * `npm run bench`: what the gateway costs, beside nothing, nginx and a bare pipe of node:http. In every round each target has its turn, so that what else the
 * machine does hits all of them. Exits with 1 when any answer was not a 200.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { authenticationLines, measureAuthentication } from './authentication.js';
import { goalLines, judge } from './goals.js';
import { findNodes } from './nodes.js';
import { readOptions, USAGE, type Options } from './options.js';
import { end, launchModule, launchServer } from './processes.js';
import type { Report, ScenarioReport } from './report.js';
import { runScenario } from './rounds.js';
import { rowsOf } from './rows.js';
import { bottlenecksOf, disturbanceOf, tableOf } from './table.js';

async function bench({ targets, scenarios, nodes: wanted, workers, before, json, ...amounts }: Options): Promise<Report> {
  const { rounds, seconds, concurrency } = amounts;
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
    const report = await runScenario({ load, upstream }, port, rows, scenario, amounts);
    reports.push(report);
    for (const line of linesOf(report)) write(line);
  }
  await Promise.all([end(load), end(upstream)]);
  write(['', ...legend(reports)].join('\n'));
  // In proportion to how long everything else is measured.
  const authentication = targets.some(({ name }) => WITH_TOKENS.has(name)) ? await measureAuthentication(Math.ceil(seconds * CALLS_PER_SECOND)) : null;
  if (authentication) write(['\nTo know a caller again:', ...authenticationLines(authentication)].join('\n'));
  const goals = judge(reports);
  if (goals.length > 0) write(['\nGoals (five rounds, 32 connections, a machine that does nothing else):', ...goalLines(goals)].join('\n'));
  const versions = nodes.map(({ version }) => version);
  return { node: process.version, nodes: versions, processors: cpus().length, rounds, seconds, concurrency, scenarios: reports, authentication, goals };
}

const WITH_TOKENS: ReadonlySet<string> = new Set(['tokens', 'rules']);
const CALLS_PER_SECOND = 100_000;

function introduction(versions: readonly string[]): string {
  return [
    `${cpus().length} processors. The load and the upstream, the same for all, are sockets of Node ${process.version}, each a process of one thread.`,
    `The gateway and the pipe run on ${versions.join(' and ')}. nginx and the gateway log each request as a line of JSON, gathered and written to nowhere.`,
    'µs are processor time per request.',
  ].join('\n');
}

/** What the names of the table stand for. */
function legend(reports: readonly ScenarioReport[]): readonly string[] {
  return [...new Set(reports.flatMap(({ targets }) => targets.map(({ target, about }) => `${target}: ${about}`)))];
}

function linesOf({ targets, skipped }: ScenarioReport): readonly string[] {
  return [
    tableOf(targets),
    ...disturbanceOf(targets),
    ...bottlenecksOf(targets),
    ...Object.entries(skipped).map(([name, why]) => `${name} is skipped: ${why}`),
    ...targets.filter(({ failed }) => failed > 0).map(({ target, failed, failure }) => `${target} FAILED on ${failed} connections: ${JSON.stringify(failure)}`),
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

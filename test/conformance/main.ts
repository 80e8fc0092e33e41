/**
 * Runs the conformance suite directly and through a generated gateway. Every check must have the same result both times. The suite is run as a client of the
 * fixture, and as a server for a client of ours.
 *
 *   npm run conformance
 *   npm run conformance -- --requirements 2026-07-28 --scenario server-stateless
 *   npm run conformance -- --direct     without the gateway, to see what the fixture and the client do themselves
 *
 * Exit codes: 0 the results are the same, 1 the results differ or a check fails even without the gateway, 2 the flags are wrong.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { temporaryFolder } from '../support/gateway.js';
import { startFixture } from './fixture/fixture.js';
import { startGatewayBefore } from './gateway.js';
import { countOf, differences, readResults, type Check, type Results } from './results.js';
import { CLIENT_SCENARIOS, clientScenario, findSuite, REQUIREMENTS, runSuite, serverScenario, serverSet, type Requirements, type Suite } from './suite.js';

interface Flags {
  readonly requirements: readonly Requirements[];
  readonly scenario: string | undefined;
  readonly direct: boolean;
}
interface Found {
  readonly exit: number;
  readonly results: Results;
}
type Path = 'direct' | 'gateway';

/** The part that the suite plays, and the runs in which it plays that part. */
interface Part {
  readonly under: 'server' | 'client';
  readonly runs: (path: Path) => readonly (readonly string[])[];
}

function readFlags(): Flags | string {
  try {
    const { values } = parseArgs({ options: { requirements: { type: 'string' }, scenario: { type: 'string' }, direct: { type: 'boolean', default: false } } });
    const requirements = REQUIREMENTS.filter((known) => values.requirements === undefined || values.requirements === known);
    return requirements.length > 0 ? { requirements, scenario: values.scenario, direct: values.direct } : `--requirements is one of ${REQUIREMENTS.join(', ')}`;
  } catch (error) {
    return (error as Error).message;
  }
}

const ARE_FOR_CLIENTS = new Set(Object.values(CLIENT_SCENARIOS).flat());

/** A scenario is either for clients or for servers. Without a scenario, both parts run all of theirs. */
function partsOf(revision: Requirements, scenario: string | undefined, ports: Readonly<Record<Path, number>>): readonly Part[] {
  const clients = CLIENT_SCENARIOS[revision].filter((name) => scenario === undefined || name === scenario);
  const client = fileURLToPath(new URL('client/main.js', import.meta.url));
  const url = (path: Path): string => `http://localhost:${ports[path]}/mcp`;
  const server: Part = {
    under: 'server',
    runs: (path) => [scenario === undefined ? serverSet(url(path), revision) : serverScenario(url(path), revision, scenario)],
  };
  return [
    ...(scenario !== undefined && ARE_FOR_CLIENTS.has(scenario) ? [] : [server]),
    ...(clients.length > 0
      ? [{ under: 'client', runs: (path) => clients.map((name) => clientScenario(`${process.execPath} ${client} ${path}`, revision, name)) } satisfies Part]
      : []),
  ];
}

/** @throws what the suite printed, if it made no check, since nothing was tested then */
async function find(suite: Suite, runs: readonly (readonly string[])[]): Promise<Found> {
  const folder = temporaryFolder();
  let exit = 0;
  for (const args of runs) {
    const before = readResults(folder).size;
    const run = await runSuite(suite, args, folder);
    if (readResults(folder).size === before) throw new Error(`the suite made no check:\n${run.output}`);
    exit = Math.max(exit, run.exit ?? 1);
  }
  return { exit, results: readResults(folder) };
}

const STATUSES = { passed: 'SUCCESS', failed: 'FAILURE', warned: 'WARNING', skipped: 'SKIPPED' } as const;
const line = (revision: string, under: string, path: string, counts: readonly unknown[]): string =>
  `${revision.padEnd(14)}${under.padEnd(8)}${path.padEnd(8)}${counts.map((count) => String(count).padStart(9)).join('')}`;
const said = (check: Check | undefined): string => (check ? `${check.status}${check.message === '' ? '' : `: ${check.message}`}` : 'not made');

async function main({ requirements, scenario, direct }: Flags): Promise<number> {
  const suite = await findSuite();
  const fixture = await startFixture();
  const gateway = direct ? null : await startGatewayBefore(fixture);
  try {
    console.log(line('requirements', 'tested', 'path', [...Object.keys(STATUSES), 'exit']));
    let verdict = 0;
    for (const revision of requirements) {
      for (const { under, runs } of partsOf(revision, scenario, { direct: fixture.port, gateway: gateway?.port ?? 0 })) {
        // The runs come one after the other, because a run would hear the changes that another one announces.
        const found = async (path: Path): Promise<Found> => {
          const { exit, results } = await find(suite, runs(path));
          console.log(line(revision, under, path, [...Object.values(STATUSES).map((status) => countOf(results, status)), exit]));
          return { exit, results };
        };
        const alone = await found('direct');
        // A single scenario may belong to an extension, which is optional.
        if (alone.exit !== 0 && scenario === undefined) verdict = 1;
        if (!gateway) {
          for (const [check, result] of alone.results)
            if (result.status === 'FAILURE' || result.status === 'WARNING') console.log(`  ${check}\n    ${said(result)}`);
          continue;
        }
        const through = await found('gateway');
        const differing = differences(alone.results, through.results);
        for (const { check, direct, gateway } of differing) console.log(`  ${check}\n    direct:  ${said(direct)}\n    gateway: ${said(gateway)}`);
        if (differing.length > 0 || alone.exit !== through.exit) verdict = 1;
      }
    }
    return verdict;
  } finally {
    await gateway?.stop();
    await fixture.close();
  }
}

// A signal must end this process by `exit`, because processes and files are cleaned up when this process exits.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const flags = readFlags();
if (typeof flags === 'string') {
  console.error(flags);
  process.exitCode = 2;
} else {
  process.exitCode = await main(flags).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  });
}

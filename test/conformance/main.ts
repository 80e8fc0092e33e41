/**
 * Runs the conformance suite directly against the fixture and through a generated gateway in front of it, and wants the same result of every check.
 *
 *   npm run conformance
 *   npm run conformance -- --requirements 2026-07-28 --scenario server-stateless
 *   npm run conformance -- --direct     the fixture alone
 *
 * Exit codes: 0 the same, 1 not the same or the fixture does not conform, 2 wrong flags.
 */
import { parseArgs } from 'node:util';
import { temporaryFolder } from '../support/gateway.js';
import { startFixture } from './fixture/fixture.js';
import { startGatewayBefore } from './gateway.js';
import { countOf, differences, readResults, type Check, type Results } from './results.js';
import { findSuite, REQUIREMENTS, runSuite, type Requirements, type Suite } from './suite.js';

interface Flags {
  readonly requirements: readonly Requirements[];
  readonly scenario: string | undefined;
  readonly direct: boolean;
}
interface Found {
  readonly exit: number | null;
  readonly results: Results;
}
type Path = 'direct' | 'gateway';

function readFlags(): Flags | string {
  try {
    const { values } = parseArgs({ options: { requirements: { type: 'string' }, scenario: { type: 'string' }, direct: { type: 'boolean', default: false } } });
    const requirements = REQUIREMENTS.filter((known) => values.requirements === undefined || values.requirements === known);
    return requirements.length > 0 ? { requirements, scenario: values.scenario, direct: values.direct } : `--requirements is one of ${REQUIREMENTS.join(', ')}`;
  } catch (error) {
    return (error as Error).message;
  }
}

/** @throws what the suite printed, if it made no check at all: nothing was tested */
async function find(suite: Suite, port: number, requirements: Requirements, scenario: string | undefined): Promise<Found> {
  const folder = temporaryFolder();
  const { exit, output } = await runSuite(suite, { url: `http://localhost:${port}/mcp`, requirements, scenario, results: folder });
  const results = readResults(folder);
  if (results.size === 0) throw new Error(`the suite made no check:\n${output}`);
  return { exit, results };
}

function row(requirements: string, path: Path, { exit, results }: Found): string {
  const counts = (['SUCCESS', 'FAILURE', 'WARNING', 'SKIPPED'] as const).map((status) => String(countOf(results, status)).padStart(9));
  return `${requirements.padEnd(14)}${path.padEnd(9)}${counts.join('')}${String(exit).padStart(6)}`;
}

const said = (check: Check | undefined): string => (check ? `${check.status}${check.message === '' ? '' : `: ${check.message}`}` : 'not made');

async function main({ requirements, scenario, direct }: Flags): Promise<number> {
  const suite = await findSuite();
  const fixture = await startFixture();
  const gateway = direct ? null : await startGatewayBefore(fixture);
  try {
    console.log(`${'requirements'.padEnd(14)}${'path'.padEnd(9)}${['passed', 'failed', 'warned', 'skipped'].map((word) => word.padStart(9)).join('')}${'exit'.padStart(6)}`);
    let verdict = 0;
    for (const revision of requirements) {
      // One after the other: what one run announces, the other would hear.
      const alone = await find(suite, fixture.port, revision, scenario);
      console.log(row(revision, 'direct', alone));
      // A single scenario may be of an extension that nobody has to have.
      if (alone.exit !== 0 && scenario === undefined) verdict = 1;
      if (!gateway) {
        for (const [check, found] of alone.results) if (found.status === 'FAILURE' || found.status === 'WARNING') console.log(`  ${check}\n    ${said(found)}`);
        continue;
      }
      const through = await find(suite, gateway.port, revision, scenario);
      console.log(row(revision, 'gateway', through));
      const differing = differences(alone.results, through.results);
      for (const { check, direct, gateway } of differing) console.log(`  ${check}\n    direct:  ${said(direct)}\n    gateway: ${said(gateway)}`);
      if (differing.length > 0 || alone.exit !== through.exit) verdict = 1;
    }
    return verdict;
  } finally {
    await gateway?.stop();
    await fixture.close();
  }
}

// What runs and what was written is cleared away when this process exits, which a signal alone would not have it do.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const flags = readFlags();
if (typeof flags === 'string') {
  console.error(flags);
  process.exitCode = 2;
} else {
  process.exitCode = await main(flags);
}

/** The conformance suite: where it comes from, and one run of it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

/** Pinned: no dist-tag leads to this release, and a newer one may ask for more. */
const SUITE = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
/** It needs `fs.globSync`, which Node has since 22. */
const NODE = 'node@24';

export const REQUIREMENTS = ['2025-11-25', '2026-07-28'] as const;
export type Requirements = (typeof REQUIREMENTS)[number];

export interface Suite {
  readonly node: string;
  readonly script: string;
}

export interface RunOptions {
  readonly url: string;
  readonly requirements: Requirements;
  /** One scenario instead of the whole set. */
  readonly scenario: string | undefined;
  /** Where a folder per scenario is written. */
  readonly results: string;
}

export interface Run {
  readonly exit: number | null;
  /** What it printed, for when it could not do its work. */
  readonly output: string;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Has npm fetch the suite, and a Node that it runs on where this one is too old. */
export async function findSuite(): Promise<Suite> {
  const isEnough = Number(process.versions.node.split('.')[0]) >= 22;
  const packages = [SUITE, ...(isEnough ? [] : [NODE])].flatMap((name) => ['-p', name]);
  const { stdout } = await promisify(execFile)('npx', ['--yes', ...packages, '-c', 'command -v node && command -v conformance'], { encoding: 'utf8' });
  const [node, script] = stdout.trim().split('\n');
  if (node === undefined || script === undefined) throw new Error(`npx did not say where the suite is: ${JSON.stringify(stdout)}`);
  return { node, script };
}

export function runSuite({ node, script }: Suite, { url, requirements, scenario, results }: RunOptions): Promise<Run> {
  // The suite takes a set or a scenario, not both; one of an extension belongs to no revision, and is run only when forced.
  const which = scenario === undefined ? ['--requirements', requirements] : ['--scenario', scenario, '--spec-version', requirements, '--force'];
  const child = spawn(node, [script, 'server', '--url', url, ...which, '-o', results], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => void (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit) => {
      running.delete(child);
      resolve({ exit, output });
    });
  });
}

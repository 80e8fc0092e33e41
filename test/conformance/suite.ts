/** The conformance suite: where it comes from, what there is to run, and one run of it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

/** Pinned: no dist-tag leads to this release, and a newer one may ask for more. */
const SUITE = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
/** It needs `fs.globSync`, which Node has since 22. */
const NODE = 'node@24';

export const REQUIREMENTS = ['2025-11-25', '2026-07-28'] as const;
export type Requirements = (typeof REQUIREMENTS)[number];

/** Of the scenarios for clients, those about more than authorization: what a client shows to authorize itself is for the gateway alone and goes no further. */
export const CLIENT_SCENARIOS: Readonly<Record<Requirements, readonly string[]>> = {
  '2025-11-25': ['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry'],
  '2026-07-28': [
    'tools_call', 'request-metadata', 'sep-2322-client-request-state', 'http-standard-headers', 'http-custom-headers', 'http-invalid-tool-headers',
    'json-schema-ref-no-deref',
  ],
};

/** Arguments for the whole set that a server must pass. */
export const serverSet = (url: string, requirements: Requirements): readonly string[] => ['server', '--url', url, '--requirements', requirements];
/** One scenario; those of an extension belong to no revision and are run only when forced. */
export const serverScenario = (url: string, revision: Requirements, scenario: string): readonly string[] => [
  'server', '--url', url, '--scenario', scenario, '--spec-version', revision, '--force',
];
/** @param command is given the URL of the suite's own server */
export const clientScenario = (command: string, revision: Requirements, scenario: string): readonly string[] => [
  'client', '--command', command, '--scenario', scenario, '--spec-version', revision,
];

export interface Suite {
  readonly node: string;
  readonly script: string;
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

export const findSuite = (): Promise<Suite> => findProgram(SUITE, 'conformance');

/** Has npm fetch a package and its program, and a Node that it runs on where this one is too old. */
export async function findProgram(name: string, program: string): Promise<Suite> {
  const isEnough = Number(process.versions.node.split('.')[0]) >= 24;
  const packages = [name, ...(isEnough ? [] : [NODE])].flatMap((name) => ['-p', name]);
  const { stdout } = await promisify(execFile)('npx', ['--yes', ...packages, '-c', `command -v ${program} && command -v node`], { encoding: 'utf8' });
  const [script, found] = stdout.trim().split('\n');
  // The first node on the path need not be this one.
  const node = isEnough ? process.execPath : found;
  if (node === undefined || script === undefined) throw new Error(`npx did not say where ${program} is: ${JSON.stringify(stdout)}`);
  return { node, script };
}

/** @param results where a folder per scenario is written */
export function runSuite({ node, script }: Suite, args: readonly string[], results: string): Promise<Run> {
  const child = spawn(node, [script, ...args, '-o', results], { stdio: ['ignore', 'pipe', 'pipe'] });
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

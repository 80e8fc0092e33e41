/** The conformance suite: its package, its scenarios, and a function that runs it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { promisify } from 'node:util';

/** The version is pinned, because no dist-tag leads to this release and a newer release may ask for more. */
const SUITE = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
/** The suite needs `fs.globSync`, which Node has since version 22. */
const NODE = 'node@24';

export const REQUIREMENTS = ['2025-11-25', '2026-07-28'] as const;
export type Requirements = (typeof REQUIREMENTS)[number];

/** The scenarios for clients that are about more than authorization. Credentials are for the gateway alone, so that no server behind it sees them. */
export const CLIENT_SCENARIOS: Readonly<Record<Requirements, readonly string[]>> = {
  '2025-11-25': ['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry'],
  '2026-07-28': [
    'tools_call', 'request-metadata', 'sep-2322-client-request-state', 'http-standard-headers', 'http-custom-headers', 'http-invalid-tool-headers',
    'json-schema-ref-no-deref',
  ],
};

/** The arguments that run all scenarios that a server must pass. */
export const serverSet = (url: string, requirements: Requirements): readonly string[] => ['server', '--url', url, '--requirements', requirements];
/** The arguments that run one scenario. A scenario of an extension belongs to no revision, and the suite runs it only when it is forced to. */
export const serverScenario = (url: string, revision: Requirements, scenario: string): readonly string[] => [
  'server', '--url', url, '--scenario', scenario, '--spec-version', revision, '--force',
];
/** @param command the command of the client, which gets the URL of the suite's own server as an argument */
export const clientScenario = (command: string, revision: Requirements, scenario: string): readonly string[] => [
  'client', '--command', command, '--scenario', scenario, '--spec-version', revision,
];

export interface Suite {
  readonly node: string;
  readonly script: string;
}

export interface Run {
  readonly exit: number | null;
  /** What the suite printed, which says what went wrong if it made no checks. */
  readonly output: string;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export const findSuite = (): Promise<Suite> => findProgram(SUITE, 'conformance');

/** Lets npm fetch a package, and a newer Node if this one is too old for it. */
export async function findProgram(name: string, program: string): Promise<Suite> {
  const isEnough = Number(process.versions.node.split('.')[0]) >= 24;
  const packages = [name, ...(isEnough ? [] : [NODE])].flatMap((name) => ['-p', name]);
  const { stdout } = await promisify(execFile)('npx', ['--yes', ...packages, '-c', `command -v ${program} && command -v node`], { encoding: 'utf8' });
  const [script, found] = stdout.trim().split('\n');
  // This process may run on another Node than the first one on the path.
  const node = isEnough ? process.execPath : found;
  if (node === undefined || script === undefined) throw new Error(`npx did not say where ${program} is: ${JSON.stringify(stdout)}`);
  return { node, script };
}

/** @param results the folder in which the suite writes a folder for each scenario */
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

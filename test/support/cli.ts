import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { main } from '#src/cli/main.js';
import { ROOT } from './folder.js';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface Options {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What comes on standard input. */
  readonly input?: string;
}

/** Runs the program in this process, as a function. */
export async function mcpgen(args: readonly string[], { cwd = ROOT, env = {}, input = '' }: Options = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await main(args, {
    cwd,
    env,
    input: () => Promise.resolve(input),
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isTty: false,
    clock: () => performance.now(),
    today: () => '2026-11-20',
  });
  return { code, out, err };
}

/** Runs the program as a process of its own, whose environment has only these variables. */
export function mcpgenProcess(args: readonly string[], { cwd = ROOT, env = {} }: Options = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'dist/cli/bin.js'), ...args], {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

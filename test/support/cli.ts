import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './folder.js';

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const BIN = join(ROOT, 'dist/cli/bin.js');

/** Runs the real program in a process of its own. */
export function mcpgen(args: readonly string[], options: { cwd?: string; env?: Readonly<Record<string, string>> } = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...options.env };
    const child = spawn(process.execPath, [BIN, ...args], { cwd: options.cwd ?? ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, out, err }));
  });
}

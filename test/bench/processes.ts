/** Processes and folders of the bench: whatever ends it, none is left. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type AddressInfo, type Server } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Each with the signal that ends it. */
const running = new Map<ChildProcess, NodeJS.Signals>();
const folders = new Set<string>();

process.on('exit', () => {
  for (const [child, signal] of running) child.kill(signal);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(128 + constants.signals[signal]));

export interface Launch {
  readonly env?: Readonly<Record<string, string>>;
  /** A process that has children of its own must be asked, so that it ends them. */
  readonly endWith?: NodeJS.Signals;
  /** Whether parent and child exchange messages. */
  readonly messages?: boolean;
  /** `ignore` is /dev/null. */
  readonly stdout?: Output | 'ignore';
  readonly stderr?: Output;
}

/** A pipe must be read by the caller; `stderr` is that of the bench, whose stdout may be a report. */
type Output = 'pipe' | 'stderr';

export function launch(command: string, args: readonly string[], options: Launch = {}): ChildProcess {
  const { env = {}, endWith = 'SIGKILL', messages = false, stdout = 'stderr', stderr = 'stderr' } = options;
  const outputs = [stdout, stderr].map((output) => (output === 'stderr' ? process.stderr : output));
  const child = spawn(command, args, { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', ...outputs, ...(messages ? (['ipc'] as const) : [])] });
  running.set(child, endWith);
  child.once('exit', () => running.delete(child));
  return child;
}

export interface Launched {
  readonly child: ChildProcess;
  readonly port: number;
}

/** A module beside this one, which announces its port. */
export async function launchServer(name: string, args: readonly string[] = [], node?: string): Promise<Launched> {
  const child = launchModule(name, args, node);
  return { child, port: (await messageOf(child)) as number };
}

/** @param node the binary that runs it, by default that of the bench */
export function launchModule(name: string, args: readonly string[] = [], node: string = process.execPath): ChildProcess {
  return launch(node, [join(import.meta.dirname, `${name}.js`), ...args], { messages: true });
}

/** The next message; rejects when it ends instead. */
export function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`${child.spawnargs.join(' ')} ended (${code ?? child.signalCode})`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

export async function end(child: ChildProcess): Promise<void> {
  const signal = running.get(child);
  if (signal === undefined) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mcpgen-bench-'));
  folders.add(folder);
  return folder;
}

/** Resolves when somebody listens on the port of a child; rejects when the child ends instead. */
export async function listening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    if (await accepts(port)) return;
    await wait(5);
  }
  throw new Error(`it ended (${child.exitCode ?? child.signalCode}) before it listened`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy() && true));
    socket.on('error', () => resolve(false));
  });
}

/** In a child: listens, and tells the parent where. */
export function announce(server: Server): void {
  endWithParent();
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}

/** In a child: a parent that was killed could not end it. */
export function endWithParent(): void {
  process.on('disconnect', () => process.exit());
}

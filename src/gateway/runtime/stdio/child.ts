import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { LogLevel } from '../tables/gateway.js';
import type { ChildTable } from '../tables/pool.js';
import { UpstreamFault } from '../wire/fault.js';
import { lineReader } from './lines.js';

export type Log = (level: LogLevel, event: string, fields: Record<string, unknown>) => void;

export interface ChildOptions {
  readonly child: ChildTable;
  /** Resolved: secrets in place of their names. */
  readonly env: Readonly<Record<string, string>>;
  readonly log: Log;
}

export interface Child {
  /** Throws an `UpstreamFault` when a message would not reach the child, or would wait behind too many others. */
  check(): void;
  write(message: string): void;
  /** Writes what answers a question of its own. One that asks without end and reads nothing would fill our memory: it is killed. */
  refuse(message: string): void;
  /** Lets its output come, or holds it back. */
  flow(on: boolean): void;
  /** Closed stdin, then SIGTERM, then SIGKILL (2025-11-25, Lifecycle § Shutdown: stdio). */
  end(): void;
  kill(reason: string): void;
}

const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR'];
const GRACE = 1500;
const BEAT = 2000;
const PAGE = 4096;
/** After so many bytes at once the others have their turn: Node would go on reading for as long as a child floods it, up to 2 MB. */
const MUCH = 16_384;
/** Lines that are no messages, logged per beat. */
const NOISE = 40;

const living = new Set<number>();
process.on('exit', () => living.forEach((pid) => signalGroup(pid, 'SIGKILL')));

/** `onLine` tells whether the line was a message; `onExit` comes after the last one. */
export function startChild({ child: table, env, log }: ChildOptions, onLine: (line: string) => boolean, onExit: () => void): Child {
  const [command = '', ...args] = table.command;
  const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name]]));
  const failed = ({ message }: Error): void => log('error', 'child-not-started', { command, cwd: table.cwd, error: message });
  let child: ChildProcessWithoutNullStreams | undefined;
  try {
    // A process group of its own, so that what it starts ends with it.
    child = spawn(command, args, { cwd: table.cwd ?? undefined, env: { ...inherited, ...env }, detached: true }).on('error', failed);
  } catch (error) {
    failed(error as Error);
  }
  if (child?.pid === undefined) throw new UpstreamFault('refused');
  const { pid, stdin, stdout, stderr } = child;
  const signal = (name: NodeJS.Signals): void => signalGroup(pid, name);
  living.add(pid);
  log('info', 'child-started', { pid, command });

  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    stdin.end();
    timers.push(setTimeout(signal, GRACE, 'SIGTERM'), setTimeout(signal, 2 * GRACE, 'SIGKILL'));
  };
  let isKilled = false;
  const kill = (reason: string): void => {
    if (!living.has(pid) || isKilled) return;
    log('error', 'child-killed', { pid, reason });
    ending = isKilled = true;
    signal('SIGKILL');
  };
  let noises = 0;
  const noise = (text: string): void => {
    noises += 1;
    if (noises <= NOISE) log('debug', 'child-output', { pid, text: text.slice(0, 500) });
  };
  const beat = async (): Promise<void> => {
    noises = 0;
    const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '');
    if (Number(statm.split(' ')[1] ?? 0) * PAGE > table.memory) kill('too much memory');
  };
  const timers = [setInterval(beat, BEAT).unref()];

  let isHeld = false;
  let isResting = false;
  const flow = (): void => void (isHeld || isResting ? stdout.pause() : stdout.resume());
  const rest = (on: boolean): void => {
    isResting = on;
    flow();
  };
  const read = lineReader(table.line, (line) => onLine(line) || noise(line), () => kill('line too long'));
  stdout.on('data', (chunk: Buffer) => {
    read(chunk);
    if (chunk.length < MUCH) return;
    rest(true);
    setImmediate(rest, false);
  });
  // It will never answer again, and an exit that is under way clears this.
  stdout.once('end', () => timers.push(setTimeout(kill, GRACE, 'closed its output')));
  stderr.on('data', lineReader(8192, noise, () => noise('(a long line)')));
  // The exit that follows says more.
  for (const pipe of [stdin, stdout, stderr]) pipe.on('error', () => {});
  child.on('close', onExit).on('exit', (code, by) => {
    log(ending ? 'info' : 'warn', 'child-exited', { pid, code, signal: by });
    ending = true;
    living.delete(pid);
    timers.forEach(clearTimeout);
    signal('SIGKILL');
    isHeld = false;
    flow();
    // A descendant that left the group may keep the pipes open for ever.
    setTimeout(() => [stdout, stderr].forEach((pipe) => pipe.destroy()), GRACE).unref();
  });

  const isBehind = (): boolean => stdin.writableLength > table.line;
  const write = (message: string): void => void (stdin.writable && stdin.write(`${message.replace(/[\r\n]/g, ' ')}\n`));
  return {
    check() {
      if (ending || !stdin.writable) throw new UpstreamFault('refused');
      if (isBehind()) throw new UpstreamFault('full');
    },
    write,
    refuse: (message) => (isBehind() ? kill('does not read') : write(message)),
    flow: (on) => {
      isHeld = !on;
      flow();
    },
    end,
    kill,
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}

/** One running child: lines in, lines out, within bounds, until its end. */
import type { Log } from '../process/log.js';
import type { ChildTable } from '../tables/pool.js';
import { UpstreamFault } from '../wire/fault.js';
import { lineReader, readByTurns } from './lines.js';
import { memoryOf, startGroup } from './process-group.js';

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
  /** Writes the reply to a question of the child. A child that asks without end and reads nothing would fill our memory: it is killed. */
  refuse(message: string): void;
  /** Lets its output come, or holds it back. */
  flow(on: boolean): void;
  /** Closes stdin, then sends SIGTERM, then SIGKILL (2025-11-25, Lifecycle § Shutdown: stdio). */
  end(): void;
  kill(reason: string): void;
}

/** Milliseconds between two steps of an end, and those for which an end that has begun is waited for. */
const GRACE = 1500;
/** Milliseconds between two looks at what a child uses. */
const BEAT = 2000;
/** Lines that are no messages, logged per beat, and characters of each. */
const MOST_NOISE_LINES = 40;
const MOST_NOISE_TEXT = 500;
/** Bytes of a line of stderr. */
const MOST_ERROR_LINE = 8192;

/** `onLine` tells whether the line was a message; `onExit` is called after the last line. */
export function startChild({ child: table, env, log }: ChildOptions, onLine: (line: string) => boolean, onExit: () => void): Child {
  const group = startGroup(table, env, log);
  if (!group) throw new UpstreamFault('refused');
  const { leader, pid, isAlive, signal } = group;
  const { stdin, stdout, stderr } = leader;

  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    stdin.end();
    timers.push(setTimeout(signal, GRACE, 'SIGTERM'), setTimeout(signal, 2 * GRACE, 'SIGKILL'));
  };
  let isKilled = false;
  const kill = (reason: string): void => {
    if (!isAlive() || isKilled) return;
    log('error', 'child-killed', { pid, reason });
    isEnding = isKilled = true;
    signal('SIGKILL');
  };

  let noiseLines = 0;
  const noise = (text: string): void => {
    noiseLines += 1;
    if (noiseLines <= MOST_NOISE_LINES) log('debug', 'child-output', { pid, text: text.slice(0, MOST_NOISE_TEXT) });
  };
  const beat = async (): Promise<void> => {
    noiseLines = 0;
    if ((await memoryOf(pid)) > table.memory) kill('too much memory');
  };
  const timers = [setInterval(beat, BEAT).unref()];

  const flow = readByTurns(stdout, lineReader(table.line, (line) => onLine(line) || noise(line), () => kill('line too long')));
  // A child that has closed its output will never reply again. An exit that is under way clears this timer.
  stdout.once('end', () => timers.push(setTimeout(kill, GRACE, 'closed its output')));
  stderr.on('data', lineReader(MOST_ERROR_LINE, noise, () => noise('(a long line)')));
  // The exit that follows says more.
  for (const pipe of [stdin, stdout, stderr]) pipe.on('error', () => {});
  leader.on('close', onExit).on('exit', (code, by) => {
    log(isEnding ? 'info' : 'warn', 'child-exited', { pid, code, signal: by });
    isEnding = true;
    timers.forEach(clearTimeout);
    flow(true);
    // A descendant that left the group may keep the pipes open for ever.
    setTimeout(() => [stdout, stderr].forEach((pipe) => pipe.destroy()), GRACE).unref();
  });

  const isBehind = (): boolean => stdin.writableLength > table.line;
  const write = (message: string): void => void (stdin.writable && stdin.write(`${message.replace(/[\r\n]/g, ' ')}\n`));
  return {
    check() {
      if (isEnding || !stdin.writable) throw new UpstreamFault('refused');
      if (isBehind()) throw new UpstreamFault('full');
    },
    write,
    refuse: (message) => (isBehind() ? kill('does not read') : write(message)),
    flow,
    end,
    kill,
  };
}

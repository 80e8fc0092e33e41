/** One running child: lines in, lines out, within bounds, until its end. */
import type { Log } from '../process/log.js';
import type { ChildTable } from '../tables/pool.js';
import { CodedError } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import { lastWords, speechOf } from './last-words.js';
import { lineReader, readByTurns } from './lines.js';
import type { LongLines } from './long-lines.js';
import { memoryOf, startGroup } from './process-group.js';

export interface ChildOptions {
  readonly child: ChildTable;
  /** Resolved: secrets in place of their names. */
  readonly env: Readonly<Record<string, string>>;
  /** Names the server in each of its lines. */
  readonly log: Log;
}

export interface Child {
  readonly pid: number;
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

/**
 * Throws an `UpstreamFault` where the command cannot be started. `onLine` tells whether the line was a message; `long` makes what is told of lines that are too
 * long; `onExit` is called after the last line.
 */
export function startChild(
  { child: table, env, log }: ChildOptions,
  onLine: (line: string) => boolean,
  long: (pid: number) => LongLines,
  onExit: () => void,
): Child {
  const group = startGroup(table, env, log);
  if (!group) throw new UpstreamFault('refused', new CodedError('NOT_STARTED', 'its command cannot be started: see child-not-started'));
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
  /** It was to end when it ended. */
  let wasEnding = false;
  const kill = (reason: string): void => {
    if (!isAlive() || isKilled) return;
    log('error', 'child-killed', { pid, reason });
    isEnding = isKilled = true;
    signal('SIGKILL');
  };

  const clean = speechOf(table, env);
  const words = lastWords();
  let noiseLines = 0;
  const noise = (text: string): void => {
    noiseLines += 1;
    if (noiseLines <= MOST_NOISE_LINES) log('debug', 'child-output', { pid, text: clean(text).slice(0, MOST_NOISE_TEXT) });
  };
  const complaint = (text: string): void => {
    words.add(clean(text));
    noise(text);
  };
  const beat = async (): Promise<void> => {
    noiseLines = 0;
    if ((await memoryOf(pid)) > table.memory) kill('too much memory');
  };
  const timers = [setInterval(beat, BEAT).unref()];

  const { begins, ends } = long(pid);
  const endless = (): void => void (isEnding || kill('a line without an end'));
  const flow = readByTurns(stdout, lineReader(table.line, (line) => onLine(line) || noise(line), begins, ends, endless));
  // A child that has closed its output will never reply again. An exit that is under way clears this timer.
  stdout.once('end', () => timers.push(setTimeout(kill, GRACE, 'closed its output')));
  const readError = lineReader(MOST_ERROR_LINE, complaint, complaint);
  stderr.on('data', readError);
  // The exit that follows says more.
  for (const pipe of [stdin, stdout, stderr]) pipe.on('error', () => {});
  leader.on('close', (code, by) => {
    // What it did not end with a line feed.
    readError(Buffer.from('\n'));
    const isExpected = wasEnding && !isKilled;
    // Only now all that it said has come.
    log(isExpected ? 'info' : 'warn', 'child-exited', { pid, code, signal: by, ...(!isExpected && { stderr: words.text() }) });
    onExit();
  });
  leader.on('exit', () => {
    wasEnding = isEnding;
    isEnding = true;
    timers.forEach(clearTimeout);
    flow(true);
    // A descendant that left the group may keep the pipes open for ever.
    setTimeout(() => [stdout, stderr].forEach((pipe) => pipe.destroy()), GRACE).unref();
  });

  const isBehind = (): boolean => stdin.writableLength > table.line;
  const write = (message: string): void => void (stdin.writable && stdin.write(`${message.replace(/[\r\n]/g, ' ')}\n`));
  return {
    pid,
    check() {
      if (isEnding || !stdin.writable) throw new UpstreamFault('refused', 'the child has ended or is about to, or has closed its input');
      if (isBehind()) throw new UpstreamFault('full', 'the child does not read what it was sent before');
    },
    write,
    refuse: (message) => (isBehind() ? kill('does not read') : write(message)),
    flow,
    end,
    kill,
  };
}

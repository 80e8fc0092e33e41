import { spawn, type ChildProcess } from 'node:child_process';

export interface ProcessOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
  /** Called when it ended by itself, or could not be started. It is about to be started again then. */
  readonly onEnd: (why: string) => void;
}

/** The first pause before a process that ended is started again, in milliseconds. It doubles with each restart, up to the longest. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 8000;
/** A process that ran this many milliseconds had started well, and the pause begins anew. */
const STARTED_WELL = 10_000;

/** A child process that is kept running: it is started again whenever it ends, after ever longer pauses, until it is stopped. */
export class KeptProcess {
  readonly #options: ProcessOptions;
  #child: ChildProcess | null = null;
  #stopping = false;
  #pause = FIRST_PAUSE;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#start();
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Asks it to end, and kills it when it does not end within `grace` milliseconds. */
  async stop(grace = 3000): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    killGroup(child, 'SIGTERM');
    const timer = setTimeout(() => killGroup(child, 'SIGKILL'), grace);
    await ended;
    clearTimeout(timer);
  }

  #start(): void {
    const { command, cwd, env, onLine, onEnd } = this.#options;
    const [program = '', ...args] = command;
    const startedAt = Date.now();
    // In a process group of its own, so that Ctrl-C reaches only mcpgen, which ends everything in order, and so that grandchildren end too.
    const child = spawn(program, args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) forEachLine(stream, onLine);
    const again = (why: string): void => {
      if (this.#stopping) return;
      this.#pause = Date.now() - startedAt > STARTED_WELL ? FIRST_PAUSE : Math.min(this.#pause * 2, LONGEST_PAUSE);
      onEnd(why);
      this.#timer = setTimeout(() => this.#start(), this.#pause);
    };
    child.once('error', (error: NodeJS.ErrnoException) => again(error.code === 'ENOENT' ? `there is no program "${program}"` : error.message));
    child.once('exit', (code, signal) => again(signal ? `ended by ${signal}` : `ended with code ${code}`));
  }
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It ended in the meantime.
  }
}

function forEachLine(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}

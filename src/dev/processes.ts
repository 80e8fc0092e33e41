import { spawn, type ChildProcess } from 'node:child_process';

export interface ProcessOptions {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onLine: (line: string) => void;
  /** Told that it ended by itself and is about to be started again, or that it could not be started. */
  readonly onEnd: (why: string) => void;
}

/** A child that is kept running: started again when it ends, later each time, until it is stopped. */
export class KeptProcess {
  readonly #options: ProcessOptions;
  #child: ChildProcess | null = null;
  #stopping = false;
  #delay = 250;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#start();
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Asks it to end, and ends it when it does not within `grace` ms. */
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
    // A group of its own: Ctrl-C reaches mcpgen alone, which then ends everything in order, and grandchildren end with their parent.
    const child = spawn(program, args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) forEachLine(stream, onLine);
    const again = (why: string): void => {
      if (this.#stopping) return;
      this.#delay = Date.now() - startedAt > 10_000 ? 250 : Math.min(this.#delay * 2, 8000);
      onEnd(why);
      this.#timer = setTimeout(() => this.#start(), this.#delay);
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

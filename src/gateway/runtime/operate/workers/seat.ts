/** The place of one worker, which is filled again when its worker ends. */
import type { Worker } from 'node:cluster';
import type { AdminAnswer } from '../admin.js';
import { tellWorker, type Asked, type ToPrimary } from './messages.js';
import type { EndedSession } from '../../process/ended.js';
import type { Log } from '../../process/log.js';

/** Milliseconds before a worker is replaced, doubled each time until one has lasted. */
const FIRST_WAIT = 100;
const LONGEST_WAIT = 10_000;
/** Milliseconds after which a worker has lasted. */
const LASTING = 10_000;
/** Milliseconds in which a worker answers an operator, or is left out. */
const ANSWER = 5000;

export interface SeatOptions {
  readonly id: number;
  readonly log: Log;
  readonly fork: (id: number) => Worker;
  readonly onReady: () => void;
  /** Sessions that its worker has ended; and all that have been, for a worker that starts. */
  readonly onEnded: (sessions: readonly EndedSession[]) => void;
  readonly ended: () => readonly EndedSession[];
  readonly onExit: (code: number | null) => void;
}

export class Seat {
  readonly id: number;
  readonly #options: SeatOptions;
  #worker: Worker | null = null;
  /** Its worker takes requests. */
  isReady = false;
  /** Told to reload before it could hear it. */
  #isStale = false;
  #isStopping = false;
  #failures = 0;
  #refill: NodeJS.Timeout | undefined;
  #onEmpty = (): void => {};
  #asked = 0;
  readonly #waiting = new Map<number, (answer: AdminAnswer | null) => void>();

  constructor(options: SeatOptions) {
    this.id = options.id;
    this.#options = options;
  }

  fill(): void {
    if (this.#isStopping) return;
    const { id, fork } = this.#options;
    const worker = fork(id);
    const startedAt = performance.now();
    this.#worker = worker;
    worker.on('message', (message: ToPrimary) => this.#hear(message));
    worker.once('exit', (code: number | null, signal: string | null) => this.#exited(worker, performance.now() - startedAt, code, signal));
    // One that could not be started has no exit to tell of; one that cannot be told anything has, or will have.
    worker.on('error', () => void (worker.process.pid === undefined && this.#exited(worker, 0, null, null)));
  }

  /** Null from a worker that is not there, or does not answer. */
  ask(asked: Asked): Promise<AdminAnswer | null> {
    const worker = this.#worker;
    if (!worker || !this.isReady) return Promise.resolve(null);
    const id = ++this.#asked;
    return new Promise((resolve) => {
      const settle = (answer: AdminAnswer | null): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(settle, ANSWER, null);
      this.#waiting.set(id, settle);
      tellWorker(worker, { kind: 'asked', id, asked });
    });
  }

  tellEnded(sessions: readonly EndedSession[]): void {
    if (this.#worker) tellWorker(this.#worker, { kind: 'ended', sessions });
  }

  reload(): void {
    if (this.isReady) this.#worker?.process.kill('SIGHUP');
    else this.#isStale = true;
  }

  /** Resolves when its worker has ended. */
  stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#refill);
    const worker = this.#worker;
    if (!worker) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      tellWorker(worker, { kind: 'stop' });
    });
  }

  kill(): void {
    this.#worker?.process.kill('SIGKILL');
  }

  #hear(message: ToPrimary): void {
    if (message.kind === 'hears') this.#heard();
    else if (message.kind === 'ready') this.#ready();
    else if (message.kind === 'ended') this.#options.onEnded(message.sessions);
    else this.#waiting.get(message.id)?.(message.answer);
  }

  /** What it was told before it could hear is told again. */
  #heard(): void {
    this.tellEnded(this.#options.ended());
    if (this.#isStopping && this.#worker) tellWorker(this.#worker, { kind: 'stop' });
  }

  #ready(): void {
    this.isReady = true;
    this.#options.onReady();
    if (this.#isStale) this.reload();
    this.#isStale = false;
  }

  #exited(worker: Worker, lived: number, code: number | null, signal: string | null): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    this.isReady = false;
    for (const settle of this.#waiting.values()) settle(null);
    if (this.#isStopping) return this.#onEmpty();
    if (lived > LASTING) this.#failures = 0;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
    this.#options.onExit(code);
    this.#options.log('warn', 'worker-exited', { worker: this.id, pid: worker.process.pid ?? null, code, signal, replaced_in_ms: wait });
    this.#refill = setTimeout(() => this.fill(), wait);
  }
}

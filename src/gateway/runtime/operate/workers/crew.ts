/** The workers as their primary knows them. */
import type { Worker } from 'node:cluster';
import type { AdminAnswer } from '../admin.js';
import type { Asked } from './messages.js';
import { Seat } from './seat.js';
import { ended, type EndedSession } from '../../process/ended.js';
import type { Log } from '../../process/log.js';

export interface Answered {
  readonly worker: number;
  readonly answer: AdminAnswer;
}

export interface CrewOptions {
  readonly workers: number;
  readonly log: Log;
  readonly fork: (id: number) => Worker;
  /** Called when none is up and one ends for what it was started with: what it lacks the others would lack too. */
  readonly onFailedStart: (code: number) => void;
}

/** The exit code of a process that cannot start with the settings and files that it was given. */
const USAGE = 2;

export class Crew {
  readonly #seats: readonly Seat[];
  #hasStarted = false;

  constructor({ workers, log, fork, onFailedStart }: CrewOptions) {
    // The first alone says what is wrong with the settings, if anything is; then the others are started.
    const onReady = (): void => {
      if (this.#hasStarted) return;
      this.#hasStarted = true;
      for (const seat of this.#seats.slice(1)) seat.fill();
    };
    const onExit = (code: number | null): void => {
      if (code && (!this.#hasStarted || (code === USAGE && !this.#seats.some(({ isReady }) => isReady)))) onFailedStart(code);
    };
    // What one worker has ended the others must not go on with, and neither must one that takes its place.
    const onEnded = (sessions: readonly EndedSession[]): void => {
      ended.learn(sessions);
      for (const seat of this.#seats) seat.tellEnded(sessions);
    };
    this.#seats = Array.from({ length: workers }, (_, i) => new Seat({ id: i + 1, log, fork, onReady, onExit, onEnded, ended: ended.all }));
  }

  start(): void {
    this.#seats[0]?.fill();
  }

  /** Those that have answered, which may be none. */
  async ask(asked: Asked): Promise<readonly Answered[]> {
    const answers = await Promise.all(this.#seats.map(async (seat) => ({ worker: seat.id, answer: await seat.ask(asked) })));
    return answers.flatMap(({ worker, answer }) => (answer ? [{ worker, answer }] : []));
  }

  reload(): void {
    for (const seat of this.#seats) seat.reload();
  }

  /** Resolves when all have ended. */
  async stop(): Promise<void> {
    await Promise.all(this.#seats.map((seat) => seat.stop()));
  }

  kill(): void {
    for (const seat of this.#seats) seat.kill();
  }
}

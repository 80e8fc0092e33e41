import type { Clock } from './clock.js';

/** Looks at something again and again, one look at a time. */
export class Watch {
  readonly #look: () => Promise<number>;
  readonly #clock: Clock;
  #callOff = (): void => {};
  #due = Infinity;
  #isLooking = false;
  #isStopped = false;

  /** `look` resolves with the milliseconds until the next, and never rejects. */
  constructor(look: () => Promise<number>, clock: Clock) {
    this.#look = look;
    this.#clock = clock;
  }

  /** Looks in `ms`, or at the time that was planned already, whichever comes first. */
  soon(ms: number): void {
    const due = this.#clock.now() + ms;
    if (this.#isStopped || due >= this.#due) return;
    this.#callOff();
    this.#due = due;
    if (!this.#isLooking) this.#callOff = this.#clock.after(ms, () => void this.#run());
  }

  stop(): void {
    this.#isStopped = true;
    this.#callOff();
  }

  async #run(): Promise<void> {
    this.#isLooking = true;
    this.#due = Infinity;
    const next = await this.#look();
    this.#isLooking = false;
    // Another look may have been asked for meanwhile.
    const asked = this.#due - this.#clock.now();
    this.#due = Infinity;
    this.soon(Math.max(0, Math.min(next, asked)));
  }
}

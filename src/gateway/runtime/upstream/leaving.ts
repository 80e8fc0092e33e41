/** Instances that are no longer chosen, and finish what they have begun. */
import type { Clock } from '../process/clock.js';
import type { Instance } from './instance.js';

/** Milliseconds between two looks at whether one has come to its end. */
const LOOK_EVERY = 1000;

export class Leaving {
  readonly #clock: Clock;
  readonly #instances = new Set<Instance>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#instances.size;
  }

  add(instance: Instance): void {
    void instance.probe?.close();
    this.#instances.add(instance);
    if (this.size === 1) this.#lookSoon();
  }

  /** Resolves when nothing of them runs any more, which this ends. */
  async close(): Promise<void> {
    const closing = [...this.#instances].map(({ upstream, probe }) => Promise.all([upstream.close(), probe?.close()]));
    this.#instances.clear();
    await Promise.all(closing);
  }

  /** Never at once: a request that has just been promised the instance may not have begun. */
  #lookSoon(): void {
    this.#clock.after(LOOK_EVERY, () => {
      for (const instance of this.#instances) {
        if (instance.active > 0) continue;
        this.#instances.delete(instance);
        void instance.upstream.close();
      }
      if (this.size > 0) this.#lookSoon();
    });
  }
}

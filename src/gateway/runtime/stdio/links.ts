/** The children of one upstream. */
import type { ChildOptions } from './child.js';
import { openLink, type Link } from './link.js';
import type { ChildSession } from './session.js';

export class Links {
  readonly #options: ChildOptions;
  /** Each with the promise of its end. */
  readonly #links = new Map<Link, Promise<void>>();
  /** How many have ever been started. */
  started = 0;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#links.size;
  }

  /** @param sessions those that the child serves, as they are at the moment */
  launch(sessions: () => Iterable<ChildSession>, onExit: () => void): Link {
    let ended = (): void => {};
    const end = new Promise<void>((resolve) => void (ended = resolve));
    const link = openLink(this.#options, sessions, () => {
      this.#links.delete(link);
      ended();
      onExit();
    });
    this.#links.set(link, end);
    this.started += 1;
    return link;
  }

  /** Resolves when all have ended. */
  async close(): Promise<void> {
    for (const link of this.#links.keys()) link.end();
    await Promise.all(this.#links.values());
  }
}

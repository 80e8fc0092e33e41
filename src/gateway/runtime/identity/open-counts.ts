/** How many sessions and streams are open, in all and by tenant. It counts what this process has seen: a sealed session has no store to ask. */
export class OpenCounts {
  readonly #sessions = new Map<string, { tenant: string; until: number }>();
  readonly #sessionsOf = new Map<string, number>();
  readonly #streamsOf = new Map<string, number>();
  readonly #heldOf = new Map<string, number>();
  /** Bytes of bodies that are being read or passed on. */
  bodies = 0;
  #streams = 0;
  #held = 0;

  get streams(): number {
    return this.#streams;
  }
  get sessions(): number {
    return this.#sessions.size + this.#held;
  }
  streamsOf(tenant: string): number {
    return this.#streamsOf.get(tenant) ?? 0;
  }
  sessionsOf(tenant: string): number {
    return (this.#sessionsOf.get(tenant) ?? 0) + (this.#heldOf.get(tenant) ?? 0);
  }

  openStream(tenant: string): () => void {
    this.#streams++;
    this.#streamsOf.set(tenant, this.streamsOf(tenant) + 1);
    return once(() => {
      this.#streams--;
      this.#streamsOf.set(tenant, this.streamsOf(tenant) - 1);
    });
  }

  /** Keeps a place for a session that is being opened, so that a limit holds for those that come at the same moment. */
  holdSession(tenant: string): () => void {
    this.#held++;
    this.#heldOf.set(tenant, (this.#heldOf.get(tenant) ?? 0) + 1);
    return once(() => {
      this.#held--;
      this.#heldOf.set(tenant, (this.#heldOf.get(tenant) ?? 0) - 1);
    });
  }

  /** Counts a session until then, or longer if it counts already. @returns false when it was known */
  openSession(id: string, tenant: string, until: number): boolean {
    const key = tagOf(id);
    const known = this.#sessions.get(key);
    if (known) {
      known.until = until;
      return false;
    }
    this.#sessions.set(key, { tenant, until });
    this.#sessionsOf.set(tenant, (this.#sessionsOf.get(tenant) ?? 0) + 1);
    return true;
  }

  endSession(id: string): boolean {
    return this.#end(tagOf(id));
  }

  /** Forgets sessions whose ids have expired. @returns how many */
  expire(now: number): number {
    const expired = [...this.#sessions].filter(([, { until }]) => until <= now);
    return expired.filter(([key]) => this.#end(key)).length;
  }

  #end(key: string): boolean {
    const session = this.#sessions.get(key);
    if (!session) return false;
    this.#sessions.delete(key);
    this.#sessionsOf.set(session.tenant, (this.#sessionsOf.get(session.tenant) ?? 0) - 1);
    return true;
  }
}

/** A sealed id ends with the 16 bytes that authenticate it: no two ids share them, and they do not open a session. */
const tagOf = (id: string): string => id.slice(-22);

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (!done) work();
    done = true;
  };
}

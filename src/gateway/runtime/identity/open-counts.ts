/** How many sessions and streams are open, in all and by tenant. It counts what this process has seen: a sealed session has no store to ask. */
export class OpenCounts {
  readonly #opened = new Map<string, { tenant: string; until: number }>();
  readonly #sessions = new Tally();
  /** Places of sessions that are being opened. */
  readonly #held = new Tally();
  readonly #streams = new Tally();
  /** Bytes of bodies that are being read or passed on. */
  bodies = 0;

  get streams(): number {
    return this.#streams.all;
  }
  get sessions(): number {
    return this.#sessions.all + this.#held.all;
  }
  streamsOf(tenant: string): number {
    return this.#streams.of(tenant);
  }
  sessionsOf(tenant: string): number {
    return this.#sessions.of(tenant) + this.#held.of(tenant);
  }

  /** @returns what ends it, once */
  openStream(tenant: string): () => void {
    return this.#streams.hold(tenant);
  }

  /** Keeps a place for a session that is being opened, so that a limit holds for those that come at the same moment. @returns what gives it back, once */
  holdSession(tenant: string): () => void {
    return this.#held.hold(tenant);
  }

  /** Counts a session until then, or longer if it counts already. @returns false when it was known */
  openSession(id: string, tenant: string, until: number): boolean {
    const tag = tagOf(id);
    const known = this.#opened.get(tag);
    if (known) known.until = until;
    else {
      this.#opened.set(tag, { tenant, until });
      this.#sessions.add(tenant, 1);
    }
    return !known;
  }

  endSession(id: string): boolean {
    return this.#end(tagOf(id));
  }

  /** Forgets sessions whose ids have expired. @returns how many */
  expire(now: number): number {
    let ended = 0;
    for (const [tag, { until }] of this.#opened) if (until <= now && this.#end(tag)) ended++;
    return ended;
  }

  #end(tag: string): boolean {
    const session = this.#opened.get(tag);
    if (session) this.#sessions.add(session.tenant, -1);
    return this.#opened.delete(tag);
  }
}

/** A number in all, and by tenant. */
class Tally {
  all = 0;
  readonly #byTenant = new Map<string, number>();

  of(tenant: string): number {
    return this.#byTenant.get(tenant) ?? 0;
  }

  add(tenant: string, by: number): void {
    this.all += by;
    this.#byTenant.set(tenant, this.of(tenant) + by);
  }

  hold(tenant: string): () => void {
    let isHeld = true;
    this.add(tenant, 1);
    return () => {
      if (isHeld) this.add(tenant, -1);
      isHeld = false;
    };
  }
}

/** A sealed id ends with the 16 bytes that authenticate it: no two ids share them, and they do not open a session. */
const tagOf = (id: string): string => id.slice(-22);

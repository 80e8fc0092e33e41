/** How many sessions and streams are open, in all and by tenant. It counts what this process has seen: a sealed session has no store to ask. */
export interface OpenCounts {
  /** Bytes of bodies that are being read or passed on. */
  bodies: number;
  readonly streams: number;
  readonly sessions: number;
  streamsOf(tenant: string): number;
  sessionsOf(tenant: string): number;
  /** @returns what ends it, once */
  openStream(tenant: string): () => void;
  /** Keeps a place for a session that is being opened, so that a limit holds for those that come at the same moment. @returns what gives it back, once */
  holdSession(tenant: string): () => void;
  /** Counts a session until then, or longer if it counts already. @returns false when it was known */
  openSession(id: string, tenant: string, until: number): boolean;
  endSession(id: string): boolean;
  /** Forgets sessions whose ids have expired. @returns how many */
  expire(now: number): number;
}

export function createOpenCounts(): OpenCounts {
  const opened = new Map<string, { readonly release: () => void; until: number }>();
  /** Open sessions, and places of those that are being opened. */
  const sessions = tally();
  const streams = tally();
  const end = (tag: string): boolean => {
    opened.get(tag)?.release();
    return opened.delete(tag);
  };
  return {
    bodies: 0,
    get streams() {
      return streams.all();
    },
    get sessions() {
      return sessions.all();
    },
    streamsOf: streams.of,
    sessionsOf: sessions.of,
    openStream: streams.hold,
    holdSession: sessions.hold,
    openSession(id, tenant, until) {
      const tag = tagOf(id);
      const known = opened.get(tag);
      if (known) known.until = until;
      else opened.set(tag, { release: sessions.hold(tenant), until });
      return !known;
    },
    endSession: (id) => end(tagOf(id)),
    expire(now) {
      let ended = 0;
      for (const [tag, { until }] of opened) if (until <= now && end(tag)) ended++;
      return ended;
    },
  };
}

/** A number in all, and by tenant. */
function tally() {
  let all = 0;
  const byTenant = new Map<string, number>();
  const of = (tenant: string): number => byTenant.get(tenant) ?? 0;
  const add = (tenant: string, by: number): void => {
    all += by;
    byTenant.set(tenant, of(tenant) + by);
  };
  /** @returns what gives it back, once */
  const hold = (tenant: string): (() => void) => {
    let held = 1;
    add(tenant, held);
    return () => {
      add(tenant, -held);
      held = 0;
    };
  };
  return { all: () => all, of, hold };
}

/** A sealed id ends with the 16 bytes that authenticate it: no two ids share them, and they do not open a session. */
const tagOf = (id: string): string => id.slice(-22);

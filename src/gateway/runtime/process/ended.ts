/**
 * Sessions that are over though their ids would still open: a client has ended them, or their caller has lost the right to them. A sealed id has no store in
 * which it could be struck out, so what this process knows of is kept here, and told to the other workers of the gateway.
 */
export interface EndedSessions {
  /** Refuses this id until it would have expired by itself, in milliseconds since the epoch. */
  end(id: string, until: number): void;
  has(id: string): boolean;
  /** What another worker has ended. */
  learn(sessions: Iterable<EndedSession>): void;
  /** All that is known, for a worker that starts. */
  all(): readonly EndedSession[];
  /** Called with each that is ended here. */
  onEnd: (session: EndedSession) => void;
}

/** The tag of an id, and until when it is refused. */
export type EndedSession = readonly [tag: string, until: number];

/** As many as are remembered; beyond them the oldest is forgotten, and then only its server refuses it. */
const MOST = 100_000;
/** A sealed id ends with the 16 bytes that authenticate it: no two ids share them, and they do not open a session. */
export const tagOf = (id: string): string => id.slice(-22);

function createEnded(now: () => number = Date.now): EndedSessions {
  const ended = new Map<string, number>();
  const add = ([tag, until]: EndedSession): void => {
    ended.delete(tag);
    ended.set(tag, until);
    for (const [oldest, over] of ended) {
      if (ended.size <= MOST && over > now()) break;
      ended.delete(oldest);
    }
  };
  const store: EndedSessions = {
    end(id, until) {
      const tag = tagOf(id);
      if (ended.has(tag)) return;
      add([tag, until]);
      store.onEnd([tag, until]);
    },
    has: (id) => ended.size > 0 && ended.has(tagOf(id)),
    learn(sessions) {
      for (const session of sessions) add(session);
    },
    all: () => [...ended],
    onEnd: () => {},
  };
  return store;
}

/** Those that this process knows of. */
export const ended = createEnded();

/**
 * What is open at this process, and whose: sessions, streams, calls under way, and bytes of bodies. It counts what this process has seen: a sealed session has
 * no store to ask.
 */
import { tagOf } from '../process/ended.js';
import { createPlaces, isShare, type Holder, type Places } from '../process/places.js';

/** Limits of the gateway, of the tenant where that has one of its own, and of one caller whatever its tenant. */
export interface Limits {
  readonly all: number;
  readonly own: number | null;
  /** Of streams alone. Default: null, for none. */
  readonly each?: number | null;
}

export interface OpenCounts {
  /** Bytes of bodies that are being read or passed on. */
  readonly bodies: Places;
  readonly streams: number;
  /** Calls under way, those among them whose answers are streams. */
  readonly calls: number;
  readonly sessions: number;
  /** Streams of one caller, in the name of whatever tenant. */
  streamsOf(caller: string): number;
  /** A stream that listens. @returns what ends it, once; null where there is no place for it */
  openStream(holder: Holder, limits: Limits): (() => void) | null;
  /**
   * A call, which has its place before it is sent, because its answer may be a stream: what has run must not be lost for want of a place.
   * @returns what ends it, once; null where there is no place for it
   */
  openCall(holder: Holder, limits: Limits): (() => void) | null;
  /** Counts a call's answer that has turned out to be a stream. @returns what ends it, once */
  turnIntoStream(holder: Holder): () => void;
  /**
   * Keeps a place for a session that is being opened, so that a limit holds for those that come at the same moment.
   * @returns what gives it back, once; null where there is none
   */
  holdSession(holder: Holder, limits: Limits): (() => void) | null;
  /** Counts a session until then, or longer if it counts already. @returns false when it was known */
  openSession(id: string, holder: Holder, until: number): boolean;
  endSession(id: string): boolean;
  /** When the first session will be forgotten that is not heard of again; null where there is none. */
  nextExpiry(): number | null;
  /** Forgets sessions whose ids have expired. @returns how many */
  expire(now: number): number;
}

export function createOpenCounts(): OpenCounts {
  const opened = new Map<string, { readonly release: () => void; until: number }>();
  /** Open sessions, and places of those that are being opened. */
  const sessions = createPlaces();
  const listening = createPlaces();
  const calls = createPlaces();
  const turned = createPlaces();
  /** All streams again, by their callers alone. */
  const byCaller = createPlaces();
  const end = (tag: string): boolean => {
    opened.get(tag)?.release();
    return opened.delete(tag);
  };
  return {
    bodies: createPlaces(),
    get streams() {
      return listening.held + turned.held;
    },
    get calls() {
      return calls.held;
    },
    get sessions() {
      return sessions.held;
    },
    streamsOf: (caller) => byCaller.heldBy(caller),
    openStream(holder, { all, own, each = null }) {
      if (!isLeft(each, byCaller, holder) || !isWithin(own, holder, listening, turned)) return null;
      const release = listening.take(all, holder);
      return release && both(release, countedIn(byCaller, alone(holder)));
    },
    openCall(holder, { all, own, each = null }) {
      // As below: what counts against it is its streams.
      if (!isLeft(each, byCaller, holder)) return null;
      // A tenant's own number is one of streams: a call that is not yet one, and most never are, is not held against it.
      return isWithin(own, holder, turned) ? calls.take(all, holder) : null;
    },
    turnIntoStream: (holder) => both(countedIn(turned, holder), countedIn(byCaller, alone(holder))),
    holdSession(holder, { all, own }) {
      return isWithin(own, holder, sessions) ? sessions.take(all, holder) : null;
    },
    openSession(id, holder, until) {
      const tag = tagOf(id);
      const known = opened.get(tag);
      if (known) known.until = until;
      else opened.set(tag, { release: countedIn(sessions, holder), until });
      return !known;
    },
    endSession: (id) => end(tagOf(id)),
    nextExpiry() {
      let first: number | null = null;
      for (const { until } of opened.values()) if (first === null || until < first) first = until;
      return first;
    },
    expire(now) {
      let ended = 0;
      for (const [tag, { until }] of opened) if (until <= now && end(tag)) ended++;
      return ended;
    },
  };
}

/** A caller as a holder of its own, whatever its tenant. */
const alone = ({ caller }: Holder): Holder => ({ tenant: caller, hasNeighbours: false, caller: '' });
const isLeft = (each: number | null, places: Places, { caller }: Holder): boolean => each === null || places.heldBy(caller) < each;

function both(one: () => void, other: () => void): () => void {
  return () => {
    one();
    other();
  };
}

/** Whether a tenant's own limit leaves its caller one more. Where that has peers, at most half of what they leave is for it. */
function isWithin(own: number | null, { tenant, caller, hasPeers = false }: Holder, ...places: readonly Places[]): boolean {
  if (own === null) return true;
  let [all, mine] = [0, 0];
  for (const one of places) {
    all += one.heldBy(tenant);
    mine += one.heldBy(tenant, caller);
  }
  return hasPeers ? isShare(own, all, mine) : all < own;
}

/** What is there already counts, whatever the limits are. */
function countedIn(places: Places, holder: Holder): () => void {
  return places.take(Infinity, holder) ?? (() => {});
}

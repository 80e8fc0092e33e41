/** The sessions that clients have opened with a stdio server, each with the child that serves it. */
import { UpstreamFault } from '../wire/fault.js';
import type { UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { callerOf, type ChildCaller } from './caller.js';
import type { ServedOptions } from './contract.js';
import { createLinks, MAX_OPEN, type Link, type Links } from './link.js';
import { lostText } from './lost.js';
import { idText, withId, type Message } from './message.js';
import { jsonResponse } from './response.js';
import { secondsUntil, sessionPlaces, type Place } from './session-places.js';
import { createSession, type ChildSession } from './session.js';
import { greet, introduce, supervise, type Running } from './supervisor.js';

/** A session whose child has answered `initialize`. */
export interface OpenedSession extends ChildSession {
  /** The child, once it can be spoken to; rejects with an `UpstreamFault`. */
  readonly running: () => Promise<Running>;
  readonly place: Place;
  /** Resolves when its own child has ended. */
  readonly exited: Promise<void>;
}

export interface OpenedSessions {
  readonly links: Links;
  /** The session of this id, which is in use from now on. */
  use(id: string): OpenedSession | undefined;
  /** Answers `initialize`: in JSON always, so that a child that does not start shows in the status. */
  open(initialize: Message, request: Pick<UpstreamRequest, 'headers'>): Promise<UpstreamResponse>;
  end(session: OpenedSession): void;
  close(): void;
}

/** `signal` is aborted when no child is wanted any more. */
export function createSessions(options: ServedOptions, signal: AbortSignal): OpenedSessions {
  const { child, log, keepAlive, timeouts, counts, now = Date.now } = options;
  const isShared = child.sharing === 'shared';
  const sessions = new Map<string, OpenedSession>();
  const places = sessionPlaces(isShared ? MAX_OPEN : child.processes);
  const links = createLinks(options);
  const { launch } = links;
  const begin = (link: Link, initialize: Message): Promise<Running> => introduce(link, initialize, timeouts.firstByte);
  const shared = supervise((onExit) => launch(() => sessions.values(), onExit), log, signal, begin);

  /** Children that are about to end. */
  const ending = new Set<Promise<void>>();

  /** A child may take a while to end, and keeps its place so long; in a shared one the place is free at once. */
  const end = (session: OpenedSession): void => {
    if (!sessions.delete(session.id)) return;
    session.standalone.end();
    if (isShared) session.place.release();
    else {
      ending.add(session.exited);
      void session.exited.then(() => ending.delete(session.exited));
    }
    session.running().then(({ link }) => (isShared ? link.leave(session) : link.end())).catch(() => {});
  };

  const isIdle = ({ calls, posts, standalone }: OpenedSession): boolean => calls === 0 && posts.size === 0 && !standalone.shown;

  /** A place for one more session; where all are taken, that of the session longest idle. Most clients leave without a word. */
  const placeFor = async ({ holder }: ChildCaller): Promise<Place> => {
    let free = places.take(holder);
    while (!free && ending.size > 0) {
      await Promise.race(ending);
      free = places.take(holder);
    }
    if (free) return free;
    const idle = [...sessions.values()].filter(isIdle).sort((a, b) => a.seen - b.seen);
    const found = places.instead(holder, idle);
    if (found) {
      counts.ended += 1;
      log('info', 'session-ended', { reason: 'idle, and its place was needed', idle_ms: now() - found.session.seen, sessions: sessions.size });
      end(found.session);
      // Never more children at once than the limit says.
      if (!isShared) await found.session.exited;
      return found.place;
    }
    counts.full += 1;
    const busy = [...sessions.values()].map(({ standalone, until }) => (standalone.shown ? Infinity : until));
    const retryAfter = secondsUntil(busy, Date.now());
    log('warn', 'sessions-full', { sessions: sessions.size, retry_after: retryAfter, why: 'all, or all of this caller, have a call or a stream open' });
    throw new UpstreamFault('full', undefined, retryAfter);
  };

  const open: OpenedSessions['open'] = async (initialize, request) => {
    const caller = callerOf(request);
    const place = await placeFor(caller);
    /** The sessions of a child that is not shared: one, once it is open. */
    const own: OpenedSession[] = [];
    let exited = (): void => {};
    const exit = new Promise<void>((resolve) => void (exited = resolve));
    const onExit = (): void => {
      place.release();
      exited();
      own.forEach(end);
    };
    let started: Running;
    try {
      started = await (isShared ? shared(initialize) : greet(launch(() => own, onExit), initialize, timeouts.firstByte));
    } catch (error) {
      place.release();
      throw error;
    }
    const { link, reply, lost } = started;
    const id = idText(initialize);
    if (reply['result'] === undefined) {
      if (isShared) place.release();
      link.end();
      // Of a shared child somebody else's introduction may have been lost, or refused.
      return lost ? { ...jsonResponse(lost.status, lostText(request.headers, { ...lost, id })), failure: () => lost } : jsonResponse(200, withId(started, id));
    }
    const running = (): Promise<Running> => (isShared ? shared(null) : Promise.resolve(started));
    const flow = (on: boolean): void => void running().then((found) => found.link.flow(on), () => {});
    const session = Object.assign(createSession(caller, flow, 2 * child.line, log), { running, place, exited: exit, seen: now() });
    sessions.set(session.id, session);
    own.push(session);
    return jsonResponse(200, withId(started, id), { 'mcp-session-id': session.id });
  };

  const beat = setInterval(() => {
    for (const session of sessions.values()) {
      const { posts, standalone } = session;
      for (const stream of [...posts, standalone]) if (stream.shown) stream.keepAlive();
      if (!isIdle(session)) session.seen = now();
      else if (now() - session.seen > child.idle) end(session);
    }
  }, Math.min(keepAlive, child.idle)).unref();

  return {
    links,
    use(id) {
      const session = sessions.get(id);
      if (session) session.seen = now();
      return session;
    },
    open,
    end,
    close() {
      clearInterval(beat);
      sessions.forEach(end);
    },
  };
}

/** The sessions that clients have opened with a stdio server, each with the child that serves it. */
import type { UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';
import { messageText } from '../wire/json-rpc.js';
import type { StdioOptions } from './contract.js';
import { createLinks, MAX_OPEN, TOO_DEEP, type Links } from './link.js';
import type { Message } from './message.js';
import { jsonResponse } from './response.js';
import { createSession, type ChildSession } from './session.js';
import { greet, supervise, type Running } from './supervisor.js';

/** A session whose child has answered `initialize`. */
export interface OpenedSession extends ChildSession {
  /** The child, once it can be spoken to; rejects with an `UpstreamFault`. */
  readonly running: () => Promise<Running>;
}

export interface OpenedSessions {
  readonly links: Links;
  /** The session of this id, which is in use from now on. */
  use(id: string): OpenedSession | undefined;
  /** Answers `initialize`: in JSON always, so that a child that does not start shows in the status. */
  open(initialize: Message): Promise<UpstreamResponse>;
  end(session: OpenedSession): void;
  close(): void;
}

/** `signal` is aborted when no child is wanted any more. */
export function createSessions(options: StdioOptions, signal: AbortSignal): OpenedSessions {
  const { child, log, keepAlive, now = Date.now } = options;
  const isShared = child.sharing === 'shared';
  const sessions = new Map<string, OpenedSession>();
  const links = createLinks(options);
  const { launch } = links;
  const shared = supervise((onExit) => launch(() => sessions.values(), onExit), log, signal);

  const end = (session: OpenedSession): void => {
    sessions.delete(session.id);
    session.standalone.end();
    session.running().then(({ link }) => (isShared ? link.leave(session) : link.end())).catch(() => {});
  };

  const open = async (initialize: Message): Promise<UpstreamResponse> => {
    if (isShared ? sessions.size >= MAX_OPEN : links.running >= child.processes) throw new UpstreamFault('full');
    /** The sessions of a child that is not shared: one, once it is open. */
    const own: OpenedSession[] = [];
    const started = await (isShared ? shared(initialize) : greet(launch(() => own, () => own.forEach(end)), initialize));
    const { link, status, reply } = started;
    let text: string;
    try {
      text = messageText({ ...reply, id: initialize.id });
    } catch (error) {
      link.kill(TOO_DEEP);
      throw error;
    }
    if (reply['result'] === undefined) {
      link.end();
      return jsonResponse(status, text);
    }
    const running = (): Promise<Running> => (isShared ? shared(null) : Promise.resolve(started));
    const flow = (on: boolean): void => void running().then((found) => found.link.flow(on), () => {});
    const session = Object.assign(createSession(flow, 2 * child.line, log), { running, seen: now() });
    sessions.set(session.id, session);
    own.push(session);
    return jsonResponse(200, text, { 'mcp-session-id': session.id });
  };

  const beat = setInterval(() => {
    for (const session of sessions.values()) {
      const { posts, standalone } = session;
      for (const stream of [...posts, standalone]) if (stream.shown) stream.keepAlive();
      if (posts.size > 0 || standalone.shown) session.seen = now();
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

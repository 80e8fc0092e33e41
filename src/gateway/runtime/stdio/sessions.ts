/** The sessions that clients have opened with a stdio server, each with the child that serves it. */
import type { UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';
import { messageText } from '../wire/json-rpc.js';
import type { StdioOptions } from './contract.js';
import { MAX_OPEN, TOO_DEEP } from './link.js';
import { Links } from './links.js';
import type { Message } from './message.js';
import { jsonResponse } from './response.js';
import { ChildSession } from './session.js';
import { greet, supervise, type Running } from './supervisor.js';

/** A session whose child has answered `initialize`. */
export interface OpenedSession extends ChildSession {
  /** The child, once it can be spoken to; rejects with an `UpstreamFault`. */
  readonly running: () => Promise<Running>;
}

export class OpenedSessions {
  readonly links: Links;
  readonly #options: StdioOptions;
  readonly #isShared: boolean;
  readonly #sessions = new Map<string, OpenedSession>();
  /** The shared child. */
  readonly #shared: ReturnType<typeof supervise>;
  readonly #beat: NodeJS.Timeout;

  /** @param signal aborted when no child is wanted any more */
  constructor(options: StdioOptions, signal: AbortSignal) {
    const { child, log, keepAlive } = options;
    this.#options = options;
    this.#isShared = child.sharing === 'shared';
    this.links = new Links(options);
    this.#shared = supervise((onExit) => this.links.launch(() => this.#sessions.values(), onExit), log, signal);
    this.#beat = setInterval(() => this.#tend(), Math.min(keepAlive, child.idle)).unref();
  }

  /** The session of this id, which is thereby in use. */
  get(id: string): OpenedSession | undefined {
    const session = this.#sessions.get(id);
    if (session) session.seen = this.#now();
    return session;
  }

  /** Answers `initialize`: in JSON always, so that a child that does not start shows in the status. */
  async open(initialize: Message): Promise<UpstreamResponse> {
    const { child, log } = this.#options;
    if (this.#isShared ? this.#sessions.size >= MAX_OPEN : this.links.running >= child.processes) throw new UpstreamFault('full');
    /** Of a child that is not shared. */
    const own: OpenedSession[] = [];
    const launched = (): Promise<Running> => greet(this.links.launch(() => own, () => own.forEach((session) => this.end(session))), initialize);
    const running = await (this.#isShared ? this.#shared(initialize) : launched());
    const { link, status, reply } = running;
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
    const find = (): Promise<Running> => (this.#isShared ? this.#shared(null) : Promise.resolve(running));
    const flow = (on: boolean): void => void find().then((found) => found.link.flow(on), () => {});
    const session = Object.assign(new ChildSession(flow, 2 * child.line, log), { running: find, seen: this.#now() });
    this.#sessions.set(session.id, session);
    own.push(session);
    return jsonResponse(200, text, { 'mcp-session-id': session.id });
  }

  end(session: OpenedSession): void {
    this.#sessions.delete(session.id);
    session.standalone.end();
    session.running().then(({ link }) => (this.#isShared ? link.leave(session) : link.end())).catch(() => {});
  }

  async close(): Promise<void> {
    clearInterval(this.#beat);
    this.#sessions.forEach((session) => this.end(session));
    await this.links.close();
  }

  /** Keeps open streams alive, and ends what has been idle for too long. */
  #tend(): void {
    for (const session of this.#sessions.values()) {
      const { posts, standalone } = session;
      for (const stream of [...posts, standalone]) if (stream.shown) stream.keepAlive();
      if (posts.size > 0 || standalone.shown) session.seen = this.#now();
      else if (this.#now() - session.seen > this.#options.child.idle) this.end(session);
    }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

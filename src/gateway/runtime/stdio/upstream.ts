import { addAbortSignal } from 'node:stream';
import type { Env } from '../process/env.js';
import { readSecret } from '../process/secrets.js';
import { messageText } from '../wire/json-rpc.js';
import type { ChildTable } from '../tables/pool.js';
import type { Upstream, UpstreamRequest, UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';
import { jsonAnswer, respondOn, streamAnswer } from './answer.js';
import type { ChildOptions, Log } from './child.js';
import { createLinks, MAX_OPEN, TOO_DEEP } from './link.js';
import { errorText, readMessages, SUPPORTED, unsupported, type Batch, type Message } from './message.js';
import { createModernUpstream } from './modern.js';
import { createSession, type Session } from './session.js';
import { greet, supervise } from './supervisor.js';

export interface StdioOptions extends ChildOptions {
  /** Milliseconds between two comments on an open stream. */
  readonly keepAlive: number;
  readonly now?: () => number;
}

export interface StdioUpstream extends Upstream {
  status(): { readonly processes: number; readonly restarts: number };
}

/** With the secrets read that the children are given. */
export function startChildren(child: ChildTable, environment: Env, keepAlive: number, log: Log): StdioUpstream {
  const env = child.env.map(([name, value]) => [name, 'text' in value ? value.text : readSecret(environment, value.secret)] as const);
  return createStdioUpstream({ child, env: Object.fromEntries(env), keepAlive, log });
}

/** Streamable HTTP of the revisions with sessions (2025-03-26 to 2025-11-25) in front of a stdio server's processes. */
export function createStdioUpstream(options: StdioOptions): StdioUpstream {
  if (options.child.modern) return createModernUpstream(options);
  const { child, log, keepAlive, now = Date.now } = options;
  const shared = child.sharing === 'shared';
  const sessions = new Map<string, Session>();
  const links = createLinks(options);
  const closing = new AbortController();

  const { launch } = links;
  const supervised = supervise((whenGone) => launch(() => sessions.values(), whenGone), log, closing.signal);
  const end = (session: Session): void => {
    sessions.delete(session.id);
    session.standalone.end();
    session.running().then(({ link }) => (shared ? link.leave(session) : link.end())).catch(() => {});
  };

  /** Answered in JSON always, so that a child that does not start shows in the status. */
  const initialize = async (message: Message): Promise<UpstreamResponse> => {
    if (shared ? sessions.size >= MAX_OPEN : links.running >= child.processes) throw new UpstreamFault('full');
    const own: Session[] = [];
    const running = await (shared ? supervised(message) : greet(launch(() => own, () => own.forEach(end)), message));
    const { link, status, reply } = running;
    let text: string;
    try {
      text = messageText({ ...reply, id: message.id });
    } catch (error) {
      link.kill(TOO_DEEP);
      throw error;
    }
    if (reply['result'] === undefined) {
      link.end();
      return jsonAnswer(status, text);
    }
    const session = createSession(() => (shared ? supervised(null) : Promise.resolve(running)), 2 * child.line, log);
    session.seen = now();
    sessions.set(session.id, session);
    own.push(session);
    return jsonAnswer(200, text, { 'mcp-session-id': session.id });
  };

  const post = async ({ headers, signal }: UpstreamRequest, session: Session, { batch, messages }: Batch): Promise<UpstreamResponse> => {
    const { link } = await session.running();
    link.check();
    const requests = messages.filter(({ kind }) => kind === 'request').length;
    const stream = session.openPost(requests > 0 && `${headers['accept']}`.includes('text/event-stream'));
    const { response, answer } = respondOn(addAbortSignal(signal, stream), requests, batch);
    if (requests === 0) answer(null, 202);
    for (const message of messages) {
      if (message.kind === 'request') link.ask(message, answer, session, stream);
      else link.tell(session, message);
    }
    return response;
  };

  const beat = setInterval(() => {
    for (const session of sessions.values()) {
      const { posts, standalone } = session;
      for (const stream of [...posts, standalone]) if (stream.shown) stream.keepAlive();
      if (posts.size > 0 || standalone.shown) session.seen = now();
      else if (now() - session.seen > child.idle) end(session);
    }
  }, Math.min(keepAlive, child.idle)).unref();

  const send = async (request: UpstreamRequest): Promise<UpstreamResponse> => {
    const { method, headers, body, signal } = request;
    if (closing.signal.aborted) throw new UpstreamFault('refused');
    const read = method === 'POST' ? readMessages(`${body}`) : { batch: false, messages: [] };
    if (typeof read === 'number') return jsonAnswer(400, errorText(null, read, 'Not a JSON-RPC message'));
    const [first] = read.messages;
    const refuse = (status: number, code: number, text: string, data?: unknown): UpstreamResponse =>
      jsonAnswer(status, errorText(first?.kind === 'request' ? first.id : null, code, text, data));

    const requested = unsupported(headers['mcp-protocol-version'], read.messages);
    // What makes a dual-era client fall back to `initialize` (2026-07-28, Versioning).
    if (requested !== undefined) return refuse(400, -32022, 'Unsupported protocol version', { supported: SUPPORTED, requested });
    if (first?.kind === 'request' && first.method === 'initialize' && !read.batch) return initialize(first);
    const id = headers['mcp-session-id'];
    if (id === undefined) return refuse(400, -32000, 'Mcp-Session-Id is required');
    const session = sessions.get(id);
    if (!session) return refuse(404, -32001, 'Session not found');
    session.seen = now();
    if (method === 'POST') return post(request, session, read);
    if (method === 'DELETE') {
      end(session);
      return jsonAnswer(200);
    }
    const { standalone } = session;
    if (standalone.shown) return refuse(409, -32000, 'The session has a stream already');
    standalone.shown = true;
    return streamAnswer(addAbortSignal(signal, standalone));
  };

  return {
    send,
    async close() {
      closing.abort();
      clearInterval(beat);
      sessions.forEach(end);
      await links.close();
    },
    status: () => ({ processes: links.running, restarts: shared ? Math.max(0, links.started - 1) : 0 }),
  };
}

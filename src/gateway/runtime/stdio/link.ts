import { messageText } from '../wire/json-rpc.js';
import { SUBSCRIPTION } from '../wire/meta-keys.js';
import { UpstreamFault } from '../wire/fault.js';
import type { Answer } from './answer.js';
import { startChild, type Child, type ChildOptions } from './child.js';
import { errorText, isId, readMessages, withId, withParam, type Id, type Message } from './message.js';
import { deliver, type Session } from './session.js';
import { frame, type EventStream } from '../wire/event-stream.js';

/** One child, and who waits for what from it. */
export interface Link extends Child {
  /** A request: of a session and with a stream for what it brings about, or the gateway's own. */
  ask(request: Message, answer: Answer, session?: Session, stream?: EventStream): void;
  /** A notification or an answer. */
  tell(session: Session, message: Message): void;
  /** The session has ended: nobody waits for its answers, and nobody will give any. */
  leave(session: Session): void;
}

interface Waiting {
  readonly answer: Answer;
  readonly session: Session | undefined;
  readonly stream: EventStream | undefined;
  /** As the client chose them. */
  readonly id: Id;
  readonly token: unknown;
  /** The token as the child knows it. */
  readonly alias: unknown;
}

/** Of each: requests under way in either direction, sessions of a shared child. */
export const MAX_OPEN = 4096;
/** Why a child is killed. */
export const TOO_DEEP = 'nested too deeply';
const CANCELLED = 'notifications/cancelled';

function openLink(options: ChildOptions, sessions: () => Iterable<Session>, whenGone: () => void): Link {
  const shared = options.child.sharing === 'shared';
  // By the id their receiver knows.
  const waiting = new Map<Id, Waiting>();
  const asked = new Map<Id, { readonly session: Session; readonly id: Id }>();
  // Not from 0: what was meant for the child's predecessor must find nothing.
  let last = Date.now();
  const rename = (id: Id): Id => {
    if (!shared && !waiting.has(id)) return id;
    last += 1;
    return typeof id === 'string' ? `${last}` : last;
  };

  /** What a modern child says of a request, on the stream of that request: it has no other. @returns whether it was that */
  const ofRequest = (message: Message): boolean => {
    const { method, params, meta } = message;
    const name = (method === CANCELLED ? params['requestId'] : meta[SUBSCRIPTION]) as Id;
    const entry = waiting.get(name);
    if (!entry) return false;
    const named = method === CANCELLED ? withParam(message, 'requestId', entry.id) : withParam(message, '_meta', { ...meta, [SUBSCRIPTION]: entry.id });
    entry.stream?.event(frame(named));
    if (method === CANCELLED && waiting.delete(name)) entry.answer(null, 200);
    return true;
  };

  const fromChild = (message: Message): void => {
    const { kind, id, method, params } = message;
    if (options.child.modern && kind === 'notification' && ofRequest(message)) return;
    if (kind === 'response') {
      const entry = waiting.get(id);
      const text = entry ? withId(message, entry.id) : null;
      waiting.delete(id);
      entry?.answer(text, 200);
    } else if (kind === 'request') {
      // Nothing on the wire tells for whom it is. The session that asked last is the likeliest.
      const session = [...waiting.values()].findLast((entry) => entry.session)?.session ?? [...sessions()].sort((a, b) => b.seen - a.seen)[0];
      if (!session || options.child.modern || asked.size >= MAX_OPEN) return child.refuse(errorText(id, -32603, 'No client to ask'));
      const name = rename(id);
      asked.set(name, { session, id });
      deliver(session, frame(withId(message, name)), true);
    } else if (method === 'notifications/progress') {
      const token = params['progressToken'];
      const entry = [...waiting.values()].find(({ alias }) => isId(token) && alias === token);
      const bytes = frame(withParam(message, 'progressToken', entry?.token));
      if (entry?.stream?.shown) entry.stream.event(bytes);
      else if (entry?.session) deliver(entry.session, bytes, false);
    } else if (method === CANCELLED) {
      for (const [name, question] of asked) {
        if (question.id !== params['requestId']) continue;
        asked.delete(name);
        deliver(question.session, frame(withParam(message, 'requestId', name)), true);
      }
    } else {
      const bytes = frame(message.text);
      for (const session of sessions()) deliver(session, bytes, false);
    }
  };
  const onLine = (line: string): boolean => {
    // Most of what is none: an error that is thrown for each line costs far more than the line.
    if (!/^\s*[[{]/.test(line)) return false;
    try {
      const read = readMessages(line);
      if (typeof read === 'number') return false;
      read.messages.forEach(fromChild);
    } catch (error) {
      // JSON of any depth is read, but written by recursion.
      if (!(error instanceof RangeError)) throw error;
      child.kill(TOO_DEEP);
    }
    return true;
  };
  const onExit = (): void => {
    for (const { answer, id } of waiting.values()) answer(errorText(id, -32603, 'The server exited'), 502);
    whenGone();
  };
  const child = startChild(options, onLine, onExit);
  const { write } = child;

  /** One request of a session, or all. */
  const cancel = (session: Session, id?: unknown, reason?: unknown): void => {
    for (const [name, entry] of waiting) {
      if (entry.session !== session || (id !== undefined && id !== entry.id)) continue;
      waiting.delete(name);
      write(messageText({ method: CANCELLED, params: { requestId: name, reason } }));
      // The child must not answer any more (2025-03-26, Cancellation), and the stream would never end.
      entry.answer(null, 200);
    }
  };
  return {
    ...child,
    // A slow client would hold up all others of a shared child; its stream breaks off instead.
    flow: shared ? () => {} : child.flow,
    check() {
      child.check();
      if (waiting.size >= MAX_OPEN) throw new UpstreamFault('full');
    },
    ask({ id, fields, params, meta, text }, answer, session, stream) {
      const token = meta['progressToken'];
      const name = rename(id);
      const alias = isId(token) ? rename(token) : token;
      waiting.set(name, { answer, session, stream, id, token, alias });
      const changed = alias === token ? {} : { params: { ...params, _meta: { ...meta, progressToken: alias } } };
      write(name === id ? text : JSON.stringify({ ...fields, ...changed, id: name }));
    },
    tell(session, message) {
      const { kind, id, method, params } = message;
      const question = kind === 'response' ? asked.get(id) : undefined;
      if (question?.session === session) {
        asked.delete(id);
        write(withId(message, question.id));
      } else if (method === CANCELLED) cancel(session, params['requestId'] ?? null, params['reason']);
      else if (kind === 'notification' && !(shared && method === 'notifications/initialized')) write(message.text);
    },
    leave(session) {
      cancel(session);
      for (const [name, question] of asked) {
        if (question.session !== session) continue;
        asked.delete(name);
        write(errorText(question.id, -32603, 'The client has gone'));
      }
    },
  };
}

/** The children of one upstream. */
export interface Links {
  readonly running: number;
  /** Ever. */
  readonly started: number;
  launch(served: () => Iterable<Session>, whenGone: () => void): Link;
  /** Resolves when all have ended. */
  close(): Promise<void>;
}

export function createLinks(options: ChildOptions): Links {
  /** Each with the promise of its end. */
  const links = new Map<Link, Promise<void>>();
  let started = 0;
  return {
    get running() {
      return links.size;
    },
    get started() {
      return started;
    },
    launch(served, whenGone) {
      let ended = (): void => {};
      const end = new Promise<void>((resolve) => void (ended = resolve));
      const link = openLink(options, served, () => {
        links.delete(link);
        ended();
        whenGone();
      });
      links.set(link, end);
      started += 1;
      return link;
    },
    async close() {
      for (const link of links.keys()) link.end();
      await Promise.all(links.values());
    },
  };
}

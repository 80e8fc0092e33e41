import { UpstreamFault } from '../upstream.js';
import type { Answer } from './answer.js';
import { startChild, type Child, type ChildOptions } from './child.js';
import { errorText, isId, messageText, readMessages, withId, withParam, type Id, type Message } from './message.js';
import { deliver, type Session } from './session.js';
import { frame, type EventStream } from './sse.js';

/** One child, and who waits for what from it. */
export interface Link extends Child {
  /** A request: of a session and with a stream for what it brings about, or the gateway's own. */
  ask(request: Message, answer: Answer, session?: Session, stream?: EventStream): void;
  /** A notification or an answer. */
  tell(session: Session, message: Message): void;
  /** The session has ended: nobody waits for its answers, and nobody will give any. */
  leave(session: Session): void;
}

/** A request under way, with the id its sender gave it. */
interface Asked {
  readonly session: Session | undefined;
  readonly id: Id;
}

interface Waiting extends Asked {
  readonly answer: Answer;
  readonly stream: EventStream | undefined;
  readonly token: unknown;
  /** The token as the child knows it. */
  readonly alias: unknown;
}

/** Requests under way at once, in each direction. */
const MAX_OPEN = 4096;
const INTERNAL = -32603;
const CANCELLED = 'notifications/cancelled';

export function openLink(options: ChildOptions, sessions: () => Iterable<Session>, whenGone: () => void): Link {
  const shared = options.child.sharing === 'shared';
  // By the id their receiver knows.
  const waiting = new Map<Id, Waiting>();
  const asked = new Map<Id, Asked>();
  // Not from 0: what was meant for the child's predecessor must find nothing.
  let last = Date.now();
  const rename = (id: Id): Id => {
    if (!shared && !waiting.has(id)) return id;
    last += 1;
    return typeof id === 'string' ? `${last}` : last;
  };

  const fromChild = (message: Message): void => {
    const { kind, id, method, params } = message;
    if (kind === 'response') {
      const entry = waiting.get(id);
      waiting.delete(id);
      entry?.answer(withId(message, entry.id), 200);
    } else if (kind === 'request') {
      // Nothing on the wire tells for whom it is. The session that asked last is the likeliest.
      const session = [...waiting.values()].findLast((entry) => entry.session)?.session ?? [...sessions()].sort((a, b) => b.seen - a.seen)[0];
      if (!session || asked.size >= MAX_OPEN) return write(errorText(id, INTERNAL, 'No client to ask'));
      const name = rename(id);
      asked.set(name, { session, id });
      deliver(session, frame(withId(message, name)), true);
    } else if (method === 'notifications/progress') {
      const token = params['progressToken'];
      const { session, stream, token: original } = [...waiting.values()].find(({ alias }) => isId(token) && alias === token) ?? {};
      const bytes = frame(withParam(message, 'progressToken', original));
      if (stream?.shown) stream.event(bytes);
      else if (session) deliver(session, bytes, false);
    } else if (method === CANCELLED) {
      for (const [name, { session }] of matching(asked, undefined, params['requestId'])) {
        asked.delete(name);
        if (session) deliver(session, frame(withParam(message, 'requestId', name)), true);
      }
    } else for (const session of sessions()) deliver(session, frame(message.text), false);
  };
  const onLine = (line: string): boolean => {
    const read = readMessages(line);
    if (typeof read === 'number') return false;
    read.messages.forEach(fromChild);
    return true;
  };
  const onExit = (): void => {
    for (const { answer, id } of waiting.values()) answer(errorText(id, INTERNAL, 'The server exited'), 502);
    whenGone();
  };
  const child = startChild(options, onLine, onExit);
  const { write } = child;

  const cancel = (session: Session, id: unknown, textOf: (name: Id) => string): void => {
    for (const [name, { answer }] of matching(waiting, session, id)) {
      waiting.delete(name);
      write(textOf(name));
      // No answer may follow (2025-03-26, Cancellation), so nothing else would end the stream.
      answer(null, 200);
    }
  };
  return {
    ...child,
    // A slow client would hold up all others of a shared child; its stream breaks off instead.
    flow: (on) => shared || child.flow(on),
    check() {
      child.check();
      if (waiting.size >= MAX_OPEN) throw new UpstreamFault('full');
    },
    ask(request, answer, session, stream) {
      const { id, fields, params, meta } = request;
      const token = meta['progressToken'];
      const name = rename(id);
      const alias = isId(token) ? rename(token) : token;
      waiting.set(name, { session, stream, answer, id, token, alias });
      const tracked = isId(token) ? { ...params, _meta: { ...meta, progressToken: alias } } : fields['params'];
      write(name === id ? request.text : JSON.stringify({ ...fields, id: name, params: tracked }));
    },
    tell(session, message) {
      const { kind, id, method, params } = message;
      const question = kind === 'response' ? asked.get(id) : undefined;
      if (question?.session === session) {
        asked.delete(id);
        write(withId(message, question.id));
      } else if (method === CANCELLED) cancel(session, params['requestId'], (name) => withParam(message, 'requestId', name));
      else if (kind === 'notification' && !(shared && method === 'notifications/initialized')) write(message.text);
    },
    leave(session) {
      cancel(session, undefined, (name) => messageText({ method: CANCELLED, params: { requestId: name } }));
      for (const [name, { id }] of matching(asked, session)) {
        asked.delete(name);
        write(errorText(id, INTERNAL, 'The client has gone'));
      }
    },
  };
}

function matching<T extends Asked>(map: ReadonlyMap<Id, T>, session?: Session, id?: unknown): [Id, T][] {
  return [...map].filter(([, entry]) => (session ?? entry.session) === entry.session && (id ?? entry.id) === entry.id);
}

/** Requests to a child that it has not answered yet. */
import { messageText } from '../wire/json-rpc.js';
import { SUBSCRIPTION } from '../wire/meta-keys.js';
import { frame, type EventStream } from '../wire/event-stream.js';
import { CANCELLED, errorText, isId, withId, withParam, type Id, type Message } from './message.js';
import type { OnReply } from './response.js';
import { tellClient, type ChildSession } from './session.js';

interface Waiting {
  readonly onReply: OnReply;
  /** Undefined for a request of the gateway's own. */
  readonly session?: ChildSession | undefined;
  /** What carries all that the request brings about. */
  readonly stream: EventStream | undefined;
  /** The request's id and its progress token as the client chose them. */
  readonly id: Id;
  readonly token: unknown;
  /** The token as the child knows it. */
  readonly childToken: unknown;
}

export interface OpenRequests {
  /** The id itself while it cannot be mistaken for another's, else a new one of the same type. */
  nameFor(id: Id): Id;
  count(): number;
  /** The session whose request is the newest. */
  latestSession(): ChildSession | undefined;
  ask(request: Message, onReply: OnReply, session?: ChildSession, stream?: EventStream): void;
  /** Hands a reply of the child to whoever asked. */
  reply(message: Message): void;
  /** Hands a notification of progress to whoever gave its token. */
  progress(message: Message): void;
  /** What a modern child says of a request goes on the stream of that request: its client has no other. @returns whether it was of that sort */
  notify(message: Message): boolean;
  /** Cancels one request of a session, or all. */
  cancel(session: ChildSession, id?: unknown, reason?: unknown): void;
  /** The child has gone. */
  fail(): void;
}

export function openRequests(isShared: boolean, write: (text: string) => void): OpenRequests {
  /** By the id that the child knows. */
  const open = new Map<Id, Waiting>();
  // Does not begin at 0: what was meant for the child before this one must find nothing.
  let last = Date.now();
  const nameFor = (id: Id): Id => {
    if (!isShared && !open.has(id)) return id;
    last += 1;
    return typeof id === 'string' ? `${last}` : last;
  };
  return {
    nameFor,
    count: () => open.size,
    latestSession: () => [...open.values()].findLast(({ session }) => session)?.session,
    ask({ id, fields, params, meta, text }, onReply, session, stream) {
      const token = meta['progressToken'];
      const name = nameFor(id);
      const childToken = isId(token) ? nameFor(token) : token;
      open.set(name, { onReply, session, stream, id, token, childToken });
      const changed = childToken === token ? {} : { params: { ...params, _meta: { ...meta, progressToken: childToken } } };
      write(name === id ? text : JSON.stringify({ ...fields, ...changed, id: name }));
    },
    reply(message) {
      const waiting = open.get(message.id);
      const text = waiting ? withId(message, waiting.id) : null;
      open.delete(message.id);
      waiting?.onReply(text, 200);
    },
    progress(message) {
      const token = message.params['progressToken'];
      const waiting = [...open.values()].find(({ childToken }) => isId(token) && childToken === token);
      const event = frame(withParam(message, 'progressToken', waiting?.token));
      if (waiting?.stream?.shown) waiting.stream.event(event);
      else if (waiting?.session) tellClient(waiting.session, event, false);
    },
    notify(message) {
      const { method, params, meta } = message;
      const name = (method === CANCELLED ? params['requestId'] : meta[SUBSCRIPTION]) as Id;
      const waiting = open.get(name);
      if (!waiting) return false;
      const { id, stream, onReply } = waiting;
      const renamed = method === CANCELLED ? withParam(message, 'requestId', id) : withParam(message, '_meta', { ...meta, [SUBSCRIPTION]: id });
      stream?.event(frame(renamed));
      if (method === CANCELLED && open.delete(name)) onReply(null, 200);
      return true;
    },
    cancel(session, id, reason) {
      for (const [name, waiting] of open) {
        if (waiting.session !== session || (id !== undefined && id !== waiting.id)) continue;
        open.delete(name);
        write(messageText({ method: CANCELLED, params: { requestId: name, reason } }));
        // The child must not reply any more (2025-03-26, Cancellation), and the stream would never end.
        waiting.onReply(null, 200);
      }
    },
    fail() {
      for (const { onReply, id } of open.values()) onReply(errorText(id, -32603, 'The server exited'), 502);
    },
  };
}

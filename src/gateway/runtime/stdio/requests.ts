/** Requests to a child that it has not answered yet. */
import { messageText } from '../wire/json-rpc.js';
import { SUBSCRIPTION } from '../wire/meta-keys.js';
import { frame, type EventStream } from '../wire/event-stream.js';
import { CANCELLED, errorText, isId, withId, withParam, type Id, type Message } from './message.js';
import type { OnReply } from './response.js';
import type { ChildSession } from './session.js';

interface Waiting {
  readonly onReply: OnReply;
  /** Undefined for a request of the gateway's own. */
  readonly session: ChildSession | undefined;
  /** What carries all that the request brings about. */
  readonly stream: EventStream | undefined;
  /** The request's id and its progress token as the client chose them. */
  readonly id: Id;
  readonly token: unknown;
  /** The token as the child knows it. */
  readonly childToken: unknown;
}

export class OpenRequests {
  /** By the id that the child knows. */
  readonly #waiting = new Map<Id, Waiting>();
  readonly #write: (text: string) => void;
  readonly #nameFor: (id: Id) => Id;

  constructor(write: (text: string) => void, nameFor: (id: Id) => Id) {
    this.#write = write;
    this.#nameFor = nameFor;
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(id: Id): boolean {
    return this.#waiting.has(id);
  }

  /** The session whose request is the newest. */
  latestSession(): ChildSession | undefined {
    return [...this.#waiting.values()].findLast(({ session }) => session)?.session;
  }

  ask({ id, fields, params, meta, text }: Message, onReply: OnReply, session?: ChildSession, stream?: EventStream): void {
    const token = meta['progressToken'];
    const name = this.#nameFor(id);
    const childToken = isId(token) ? this.#nameFor(token) : token;
    this.#waiting.set(name, { onReply, session, stream, id, token, childToken });
    const changed = childToken === token ? {} : { params: { ...params, _meta: { ...meta, progressToken: childToken } } };
    this.#write(name === id ? text : JSON.stringify({ ...fields, ...changed, id: name }));
  }

  /** Hands the child's reply to whoever asked. */
  reply(message: Message): void {
    const waiting = this.#waiting.get(message.id);
    const text = waiting ? withId(message, waiting.id) : null;
    this.#waiting.delete(message.id);
    waiting?.onReply(text, 200);
  }

  progress(message: Message): void {
    const token = message.params['progressToken'];
    const waiting = [...this.#waiting.values()].find(({ childToken }) => isId(token) && childToken === token);
    const event = frame(withParam(message, 'progressToken', waiting?.token));
    if (waiting?.stream?.shown) waiting.stream.event(event);
    else waiting?.session?.tell(event, false);
  }

  /** What a modern child says of a request goes on the stream of that request: the client has no other. @returns whether the notification was of that sort */
  notify(message: Message): boolean {
    const { method, params, meta } = message;
    const name = (method === CANCELLED ? params['requestId'] : meta[SUBSCRIPTION]) as Id;
    const waiting = this.#waiting.get(name);
    if (!waiting) return false;
    const { id, stream, onReply } = waiting;
    const renamed = method === CANCELLED ? withParam(message, 'requestId', id) : withParam(message, '_meta', { ...meta, [SUBSCRIPTION]: id });
    stream?.event(frame(renamed));
    if (method === CANCELLED && this.#waiting.delete(name)) onReply(null, 200);
    return true;
  }

  /** Cancels one request of a session, or all. */
  cancel(session: ChildSession, id?: unknown, reason?: unknown): void {
    for (const [name, waiting] of this.#waiting) {
      if (waiting.session !== session || (id !== undefined && id !== waiting.id)) continue;
      this.#waiting.delete(name);
      this.#write(messageText({ method: CANCELLED, params: { requestId: name, reason } }));
      // The child must not reply any more (2025-03-26, Cancellation), and the stream would never end.
      waiting.onReply(null, 200);
    }
  }

  /** The child has gone. */
  fail(): void {
    for (const { onReply, id } of this.#waiting.values()) onReply(errorText(id, -32603, 'The server exited'), 502);
  }
}

/** Requests to a child that it has not answered yet. */
import { createPlaces, type Holder } from '../process/places.js';
import { memberText, ownText } from '../wire/json-text.js';
import { SUBSCRIPTION } from '../wire/meta-keys.js';
import { frame, type EventStream } from '../wire/event-stream.js';
import { exited, unanswered, type Lost } from './lost.js';
import { CANCELLED, idText, isId, withId, withParam, type Id, type Message } from './message.js';
import type { OnReply } from './response.js';
import { tellClient, type ChildSession } from './session.js';

interface Waiting {
  readonly onReply: OnReply;
  /** Undefined for a request of the gateway's own. */
  readonly session?: ChildSession | undefined;
  /** What carries all that the request brings about. */
  readonly stream: EventStream | undefined;
  readonly id: Id;
  /** The request's id and its progress token as the client wrote them, and the id as the child knows it. */
  readonly idText: string;
  readonly tokenText: string | null;
  readonly nameText: string;
  /** The token as the child knows it. */
  readonly childToken: unknown;
  /** Nobody waits for it any more: its place is given back. */
  readonly release: () => void;
}

export interface OpenRequests {
  /** The id itself while it cannot be mistaken for another's, else a new one of the same type. */
  nameFor(id: Id): Id;
  /** Whether this caller may ask so many more: nobody takes the last place. */
  hasRoom(holder: Holder, wanted: number): boolean;
  /**
   * The sessions that a question of the child may be about, the newest request last: those that wait, and those that gave up what the child may still be
   * doing. Null where that is not known.
   */
  askers(): ChildSession[] | null;
  ask(request: Message, onReply: OnReply, session?: ChildSession, stream?: EventStream): void;
  /** Hands a reply of the child to whoever asked. */
  reply(message: Message): void;
  /**
   * The reply to a request is lost; it is the one of this id, or where no id is given the only one that waits. `lost` says of a call, by its id, how.
   * @returns whether that one was found
   */
  lose(id: unknown, lost: (id: string) => Lost): boolean;
  /** Hands a notification of progress to whoever gave its token. @returns whether somebody had given it */
  progress(message: Message): boolean;
  /** What a modern child says of a request goes on the stream of that request: its client has no other. @returns whether it was of that sort */
  notify(message: Message): boolean;
  /** Cancels one request of a session, or all. */
  cancel(session: ChildSession, id?: unknown, reason?: unknown): void;
  /** The child has gone. */
  fail(): void;
}

/** Requests under way at one child. */
const MOST_REQUESTS = 4096;
/** A stream that lasts until somebody ends it. */
const LISTEN = 'subscriptions/listen';
/** Requests that were given up, and of which the child may still speak. */
const MOST_GIVEN_UP = 1024;

/** @param within milliseconds in which the child must have answered */
export function openRequests(isShared: boolean, within: number, write: (text: string) => void): OpenRequests {
  /** By the id that the child knows. */
  const open = new Map<Id, Waiting>();
  /** Whose requests were given up, and when, by the same ids: a child may go on with them, and ask about them. */
  const givenUp = new Map<Id, { readonly session: ChildSession; readonly at: number }>();
  /** Until then more was given up than can be kept. */
  let blurredUntil = 0;
  const places = createPlaces();
  // Does not begin at 0: what was meant for the child before this one must find nothing. Nor can it be guessed.
  let last = Date.now() + Math.floor(Math.random() * 2 ** 48);
  const nameFor = (id: Id): Id => {
    if (!isShared && !open.has(id)) return id;
    last += 1;
    return typeof id === 'string' ? `${last}` : last;
  };
  const take = (name: Id): Waiting | undefined => {
    const waiting = open.get(name);
    open.delete(name);
    waiting?.release();
    return waiting;
  };
  /** The child is told, and must not reply any more (2025-03-26, Cancellation). */
  const giveUp = (name: Id, reason: unknown): Waiting | undefined => {
    const waiting = take(name);
    if (!waiting) return undefined;
    const { session, nameText } = waiting;
    const said = reason === undefined ? '' : `,"reason":${JSON.stringify(reason)}`;
    write(`{"jsonrpc":"2.0","method":"${CANCELLED}","params":{"requestId":${nameText}${said}}}`);
    const now = performance.now();
    if (session) givenUp.set(name, { session, at: now });
    forget(now);
    if (givenUp.size > MOST_GIVEN_UP) {
      // Whoever gives up much must not hide what others gave up.
      givenUp.clear();
      blurredUntil = now + within;
    }
    return waiting;
  };
  /** What would have had to end by now has ended. */
  const forget = (now: number): void => {
    for (const [name, { at }] of givenUp) if (now - at > within) givenUp.delete(name);
  };
  const expire = (name: Id): void => {
    const text = `No answer within timeouts.response (${within / 1000} s)`;
    const waiting = giveUp(name, text);
    waiting?.onReply(null, unanswered(waiting.idText, text));
  };

  return {
    nameFor,
    hasRoom(holder, wanted) {
      const free = places.take(MOST_REQUESTS, holder, wanted);
      free?.();
      return free !== null;
    },
    askers() {
      const now = performance.now();
      forget(now);
      return now < blurredUntil ? null : [...givenUp.values(), ...open.values()].flatMap(({ session }) => session ?? []);
    },
    ask(message, onReply, session, stream) {
      const { id, method, meta } = message;
      const token = meta['progressToken'];
      const name = nameFor(id);
      const childToken = isId(token) ? nameFor(token) : token;
      const written = idText(message);
      const tokenText = ownText(memberText(message.text, ['params', '_meta', 'progressToken']));
      // Room was asked for before.
      const free = session && places.take(Infinity, session.holder);
      const timer = session && method !== LISTEN ? setTimeout(expire, within, name).unref() : undefined;
      const release = (): void => {
        clearTimeout(timer);
        free?.();
        if (session) session.calls -= 1;
      };
      if (session) {
        session.calls += 1;
        session.until = Date.now() + within;
      }
      const nameText = name === id ? written : JSON.stringify(name);
      open.set(name, { onReply, session, stream, id, idText: written, tokenText, nameText, childToken, release });
      const renamed = name === id ? message.text : withId(message, nameText);
      write(childToken === token ? renamed : withParam({ ...message, text: renamed }, ['_meta', 'progressToken'], JSON.stringify(childToken)));
    },
    reply(message) {
      givenUp.delete(message.id);
      const waiting = take(message.id);
      waiting?.onReply(waiting.nameText === waiting.idText ? message.text : withId(message, waiting.idText));
    },
    lose(id, lost) {
      const [only] = open.size === 1 ? open.keys() : [];
      const waiting = take(isId(id) ? id : (only ?? ''));
      waiting?.onReply(null, lost(waiting.idText));
      return waiting !== undefined;
    },
    progress(message) {
      const token = message.params['progressToken'];
      const waiting = isId(token) ? [...open.values()].find(({ childToken }) => childToken === token) : undefined;
      if (!waiting) return false;
      const event = frame(withParam(message, ['progressToken'], waiting.tokenText ?? 'null'));
      if (waiting.stream?.shown) waiting.stream.event(event);
      else if (waiting.session) tellClient(waiting.session, event, false);
      return true;
    },
    notify(message) {
      const { method, params, meta } = message;
      const name = (method === CANCELLED ? params['requestId'] : meta[SUBSCRIPTION]) as Id;
      const waiting = open.get(name);
      if (!waiting) return false;
      waiting.stream?.event(frame(withParam(message, method === CANCELLED ? ['requestId'] : ['_meta', SUBSCRIPTION], waiting.idText)));
      if (method === CANCELLED) take(name)?.onReply(null);
      return true;
    },
    cancel(session, id, reason) {
      for (const [name, waiting] of open) {
        if (waiting.session !== session || (id !== undefined && id !== waiting.id)) continue;
        // Its stream would never end.
        giveUp(name, reason)?.onReply(null);
      }
    },
    fail() {
      for (const name of [...open.keys()]) {
        const waiting = take(name);
        waiting?.onReply(null, exited(waiting.idText));
      }
    },
  };
}

/** What a held stream carries to its client: what the server says, no faster than the client reads it, and within bounds. */
import { once, setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import { reasonRow, refusalBody, type Reason } from '../../decision/reasons.js';
import type { TimeoutsTable } from '../../tables/pool.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { EventStream, frame } from '../../wire/event-stream.js';
import { eventReader, readEvent } from '../../wire/events.js';
import { UpstreamFault } from '../../wire/fault.js';
import { asObject, at, parseJson, type Json } from '../../wire/json-rpc.js';
import { replyText } from '../../wire/replies.js';
import { elementTexts, memberText } from '../../wire/json-text.js';
import { isEventStream } from '../../wire/media-type.js';
import type { Call } from '../call.js';

export interface ToClient {
  /** What the client reads. */
  readonly stream: EventStream;
  /** Ids of requests that have no reply yet, and how each is written. */
  readonly waiting: Map<unknown, string>;
  /** The reply has come, or is not wanted any more. @returns whether it was waited for */
  settle(id: unknown): boolean;
  /** Replies in the server's place, where there is no reply yet. */
  refuse(call: Call, reason: Reason): void;
  /** Writes what a response carries. @param asked the id of the request @returns the id of its last event */
  relay(response: UpstreamResponse, asked: unknown): Promise<string>;
}

/** Bytes that wait for a client before it is given up. */
const MOST_UNREAD = 4 * 2 ** 20;
/** Bytes of messages of which only a part has come: of one client, and of all. */
const MOST_PARTS = 16 * 2 ** 20;
const MOST_PARTS_OF_ALL = 64 * 2 ** 20;
let partsOfAll = 0;
/** Milliseconds that a server has to close the stream of a reply that has come; it need not close it at all. */
const GRACE = 1000;

/** `signal` is aborted at the end of the stream; `onReply` is told of each reply that the client waits for. */
export function toClient(signal: AbortSignal, timeouts: Pick<TimeoutsTable, 'idleStream' | 'response'>, onReply: (reply: Json) => void): ToClient {
  // A stream that is shown may hold twice its limit.
  const stream = Object.assign(new EventStream(), { limit: MOST_UNREAD / 2, shown: true });
  setMaxListeners(0, signal, stream);
  const waiting = new Map<unknown, string>();
  /** The bodies in which the replies to them come. */
  const bodies = new Map<unknown, Readable>();
  let parts = 0;

  const settle = (id: unknown): boolean => {
    const body = bodies.get(id);
    if (body) setTimeout(() => body.destroy(), GRACE).unref();
    return waiting.delete(id);
  };
  const say = (message: Json, text: string): void => {
    if (!('method' in message) && settle(message['id'])) onReply(message);
    stream.event(frame(text));
  };
  const drained = (): Promise<unknown> => once(stream, 'drain', { signal });
  /** Of many replies that wait until the client has read enough, one goes on at a time: nothing may come between the check and the writing. */
  const hear = async (json: string, status: number, asked: unknown): Promise<void> => {
    while (stream.writableNeedDrain) await drained();
    const message = parseJson(json);
    if (Array.isArray(message)) elementTexts(json)?.forEach((text, i) => say(asObject(message[i]), text));
    else if (status < 300 && message !== undefined) say(asObject(message), json);
    // A refusal seldom names what it refuses.
    else if (at(message, 'error')) {
      const written = waiting.get(asked);
      if (written !== undefined) say({ id: asked }, replyText(written, 'error', memberText(json, ['error']) ?? '{}'));
    }
  };

  return {
    stream,
    waiting,
    settle,
    refuse({ items, message, request }, reason) {
      if (message && reasonRow(reason).inBand) {
        for (const { id } of message.elements ?? []) waiting.delete(id);
        for (const text of items?.denials() ?? []) stream.event(frame(text));
        return;
      }
      const { id = null } = message ?? {};
      const written = waiting.get(id);
      if (written !== undefined && waiting.delete(id)) stream.event(frame(refusalBody(reason, written, request.headers['x-request-id'] ?? '')));
    },
    async relay(response, asked) {
      const { body, status } = response;
      const reader = eventReader(MOST_PARTS);
      const isStream = isEventStream(response);
      const whole: Buffer[] = [];
      let last = '';
      let mine = 0;
      const count = (size: number): void => {
        parts += size - mine;
        partsOfAll += size - mine;
        mine = size;
      };
      if (!Buffer.isBuffer(body) && asked !== undefined) bodies.set(asked, body);
      const timer = setTimeout(() => Buffer.isBuffer(body) || body.destroy(), isStream ? timeouts.idleStream : timeouts.response);
      try {
        for await (const chunk of Buffer.isBuffer(body) ? [body] : (body as AsyncIterable<Buffer>)) {
          if (isStream) timer.refresh();
          const events = isStream ? reader.push(chunk) : [];
          if (!isStream) whole.push(chunk);
          count(isStream ? reader.waiting : mine + chunk.length);
          if (parts > MOST_PARTS || partsOfAll > MOST_PARTS_OF_ALL) throw new UpstreamFault('full');
          for (const { isMessage, data, id = last } of events.map(({ text }) => readEvent(text))) {
            last = id;
            if (isMessage && data.trim() !== '') await hear(data, status, asked);
          }
          while (stream.writableNeedDrain) await drained();
          if (signal.aborted) break;
        }
        if (mine > 0 && !isStream) await hear(`${Buffer.concat(whole)}`, status, asked);
      } catch {
        // Cut short. A request that has no reply by now gets one that says so.
      }
      clearTimeout(timer);
      if (bodies.get(asked) === body) bodies.delete(asked);
      count(0);
      return last;
    },
  };
}

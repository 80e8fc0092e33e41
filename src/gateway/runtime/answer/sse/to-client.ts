/** What a held stream carries to its client: what the server says, no faster than the client reads it, and within bounds. */
import { once, setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import { refusalBody, type Reason } from '../../decision/reasons.js';
import { EventStream, frame } from '../../wire/event-stream.js';
import { eventReader, readEvent } from '../../wire/events.js';
import { UpstreamFault } from '../../wire/fault.js';
import { asObject, at, parseJson, type Json } from '../../wire/json-rpc.js';
import { isEventStream } from '../../wire/media-type.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import type { Call } from '../call.js';

/** Bytes that wait for a client before it is given up. */
const MOST_UNREAD = 4 * 2 ** 20;
/** Bytes of messages of which only a part has come: of one client, and of all. */
const MOST_UNFINISHED = 16 * 2 ** 20;
const MOST_UNFINISHED_OF_ALL = 64 * 2 ** 20;
let unfinishedOfAll = 0;
/** Milliseconds that a server has to close the stream of a reply that has come; it need not close it at all. */
const GRACE = 1000;

export interface ToClientOptions {
  /** Aborted at the end of the stream. */
  readonly signal: AbortSignal;
  /** Milliseconds for which a stream may be silent, and in which another response must have come. */
  readonly idleStream: number;
  readonly within: number;
  /** Is told of each reply that the client waits for. */
  readonly onReply: (reply: Json) => void;
}

export class ToClient {
  // A stream that is shown may hold twice its limit.
  readonly stream = Object.assign(new EventStream(), { limit: MOST_UNREAD / 2, shown: true });
  readonly #options: ToClientOptions;
  /** Ids of requests that have no reply yet. */
  readonly #waiting = new Set<unknown>();
  /** The bodies in which the replies to them come. */
  readonly #bodies = new Map<unknown, Readable>();
  #unfinished = 0;

  constructor(options: ToClientOptions) {
    this.#options = options;
    setMaxListeners(0, options.signal, this.stream);
  }

  expect(id: unknown): void {
    this.#waiting.add(id);
  }

  isWaiting(id: unknown): boolean {
    return this.#waiting.has(id);
  }

  /** The reply has come, or is not wanted any more. @returns whether it was waited for */
  settle(id: unknown): boolean {
    const body = this.#bodies.get(id);
    if (body) setTimeout(() => body.destroy(), GRACE).unref();
    return this.#waiting.delete(id);
  }

  /** Replies in the server's place, where there is no reply yet. */
  refuse({ message, request }: Call, reason: Reason): void {
    const { id = null } = message ?? {};
    if (this.#waiting.delete(id)) this.stream.event(frame(refusalBody(reason, id, request.headers['x-request-id'] ?? '')));
  }

  /** Writes what a response carries. @param asked the id of the request @returns the id of its last event */
  async relay(response: UpstreamResponse, asked: unknown): Promise<string> {
    const { body, status } = response;
    const { idleStream, signal, within } = this.#options;
    const reader = eventReader(MOST_UNFINISHED);
    const isStream = isEventStream(response);
    const whole: Buffer[] = [];
    let last = '';
    let mine = 0;
    if (!Buffer.isBuffer(body) && asked !== undefined) this.#bodies.set(asked, body);
    const timer = setTimeout(() => Buffer.isBuffer(body) || body.destroy(), isStream ? idleStream : within);
    try {
      for await (const chunk of Buffer.isBuffer(body) ? [body] : (body as AsyncIterable<Buffer>)) {
        if (isStream) timer.refresh();
        const events = isStream ? reader.push(chunk) : [];
        if (!isStream) whole.push(chunk);
        const size = isStream ? reader.waiting : mine + chunk.length;
        this.#count(size - mine);
        mine = size;
        if (this.#unfinished > MOST_UNFINISHED || unfinishedOfAll > MOST_UNFINISHED_OF_ALL) throw new UpstreamFault('full');
        for (const { isMessage, data, id = last } of events.map(({ text }) => readEvent(text))) {
          last = id;
          if (isMessage && data.trim() !== '') await this.#hear(data, status, asked);
        }
        while (this.stream.writableNeedDrain) await this.#drained();
        if (signal.aborted) break;
      }
      if (mine > 0 && !isStream) await this.#hear(`${Buffer.concat(whole)}`, status, asked);
    } catch {
      // Cut short. A request that has no reply by now gets one that says so.
    }
    clearTimeout(timer);
    if (this.#bodies.get(asked) === body) this.#bodies.delete(asked);
    this.#count(-mine);
    return last;
  }

  /** Of many replies that wait until the client has read enough, one goes on at a time: nothing may come between the check and the writing. */
  async #hear(json: string, status: number, asked: unknown): Promise<void> {
    while (this.stream.writableNeedDrain) await this.#drained();
    const message = parseJson(json);
    if (Array.isArray(message)) message.map(asObject).forEach((one) => this.#say(one));
    else if (status < 300 && message !== undefined) this.#say(asObject(message), json);
    // A refusal seldom names what it refuses.
    else if (at(message, 'error') && this.#waiting.has(asked)) this.#say({ jsonrpc: '2.0', id: asked, error: at(message, 'error') });
  }

  #say(message: Json, text = JSON.stringify(message)): void {
    if (!('method' in message) && this.settle(message['id'])) this.#options.onReply(message);
    this.stream.event(frame(text));
  }

  #drained(): Promise<unknown> {
    return once(this.stream, 'drain', { signal: this.#options.signal });
  }

  #count(bytes: number): void {
    this.#unfinished += bytes;
    unfinishedOfAll += bytes;
  }
}

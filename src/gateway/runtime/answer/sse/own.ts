/** The transport of 2024-11-05 made of Streamable HTTP: one stream to the client, a session of requests to the server. */
import { once, setMaxListeners } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call } from '../call.js';
import { REASON_OF_FAULT, refusalBody, type Reason } from '../../decision/reasons.js';
import { eventReader, readEvent } from '../../wire/events.js';
import { isEventStream } from '../../wire/media-type.js';
import { asObject, at, parseJson, POST_HEADERS, type Json } from '../../wire/json-rpc.js';
import type { Log } from '../../process/log.js';
import { EventStream, frame } from '../../wire/event-stream.js';
import { discard } from '../../upstream/deliver.js';
import type { Instance } from '../../upstream/instance.js';
import type { UpstreamRequest, UpstreamResponse } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';

export interface OwnSession {
  /** What the client reads. Its end is the end of the session, and the other way round. */
  readonly stream: EventStream;
  /** Hands a message on; what comes of it comes on the stream. Throws an `UpstreamFault` when too many are under way. */
  post(call: Call): void;
  /** Resolves when the server has been told. */
  end(): Promise<void>;
}

/** Messages under way, and their bytes: their client has its 202 already. */
const MOST_UNDER_WAY = 64;
const MOST_POSTED = 4 * 2 ** 20;
/** Bytes that wait for a client before it is given up. */
const MOST_UNREAD = 4 * 2 ** 20;
/** Bytes of messages of which only a part has come. */
const MOST_PARTS = 16 * 2 ** 20;
/** The same of all sessions. */
const MOST_HELD = 64 * 2 ** 20;
let held = 0;
/** Between the end of a stream and the next. */
const PAUSE = 1000;
const GOODBYE = 5000;
/** That a server has to close the stream of an answer it has given; it need not close it at all. */
const GRACE = 1000;

/** @param opener the GET that asked for the stream */
export function openOwn(opener: Call, log: Log): OwnSession {
  const over = new AbortController();
  const { signal } = over;
  const { idleStream, response: within } = opener.table.timeouts;
  // One that is shown may hold twice its limit.
  const stream = Object.assign(new EventStream(), { limit: MOST_UNREAD / 2, shown: true });
  setMaxListeners(0, signal, stream);
  /** Ids of requests that have no answer yet. */
  const waiting = new Set<unknown>();
  /** What the answers to them come in. */
  const bodies = new Map<unknown, Readable>();
  /** The session that the server has opened, if it has sessions. */
  let home: { readonly at: Instance; readonly id: string } | null = null;
  let version: unknown;
  let underWay = 0;
  let posted = 0;
  let parts = 0;
  /** However often a client says that it is ready, one stream at a time listens for it. */
  let stands = false;
  let goodbye: Promise<unknown> = Promise.resolve();
  /** Fulfilled when what must come first has reached the server. Requests let each other pass; what has no answer has nothing else to order it. */
  let turn = Promise.resolve();

  const send = (call: Call, request: Partial<UpstreamRequest>): Promise<{ readonly instance: Instance; readonly response: UpstreamResponse }> => {
    const { 'last-event-id': _last, 'mcp-protocol-version': _version, ...rest } = call.request.headers;
    const spoken = typeof version === 'string' ? { 'mcp-protocol-version': version } : {};
    const headers = { ...rest, 'accept-encoding': 'identity', ...spoken, ...(home && { 'mcp-session-id': home.id }), ...request.headers };
    return call.send({ ...call.request, signal, ...request, headers }, home ? { at: home.at } : {});
  };
  const listen = async (last: string): Promise<UpstreamResponse> => {
    const headers = { accept: 'text/event-stream', ...(last === '' ? {} : { 'last-event-id': last }) };
    const { response } = await send(opener, { method: 'GET', body: null, headers });
    return response;
  };

  /** Its answer has come, or is not wanted any more. */
  const settle = (id: unknown): boolean => {
    const body = bodies.get(id);
    if (body) setTimeout(() => body.destroy(), GRACE).unref();
    return waiting.delete(id);
  };
  const say = (message: Json, text = JSON.stringify(message)): void => {
    const isAnswer = !('method' in message) && settle(message['id']);
    if (isAnswer) version ??= at(message, 'result', 'protocolVersion');
    stream.event(frame(text));
  };
  const fail = ({ message, request }: Call, reason: Reason): void => {
    const { id = null } = message ?? {};
    if (waiting.delete(id)) stream.event(frame(refusalBody(reason, id, request.headers['x-request-id'] ?? '')));
  };
  const drained = (): Promise<unknown> => once(stream, 'drain', { signal });
  /** Of many that wait for their reader, one goes on at a time. */
  const hear = async (json: string, status: number, asked: unknown): Promise<void> => {
    while (stream.writableNeedDrain) await drained();
    const message = parseJson(json);
    if (Array.isArray(message)) message.map(asObject).forEach((one) => say(one));
    else if (status < 300 && message !== undefined) say(asObject(message), json);
    // A refusal seldom names what it refuses.
    else if (at(message, 'error') && waiting.has(asked)) say({ jsonrpc: '2.0', id: asked, error: at(message, 'error') });
  };

  /** Writes what an answer carries to the client's stream, no faster than that is read. @returns the id of its last event */
  const relay = async (response: UpstreamResponse, asked: unknown): Promise<string> => {
    const { body, status } = response;
    const reader = eventReader(MOST_PARTS);
    const isStream = isEventStream(response);
    const whole: Buffer[] = [];
    let last = '';
    let mine = 0;
    if (!Buffer.isBuffer(body) && asked !== undefined) bodies.set(asked, body);
    const timer = setTimeout(() => Buffer.isBuffer(body) || body.destroy(), isStream ? idleStream : within);
    try {
      for await (const chunk of Buffer.isBuffer(body) ? [body] : (body as AsyncIterable<Buffer>)) {
        if (isStream) timer.refresh();
        const events = isStream ? reader.push(chunk) : [];
        if (!isStream) whole.push(chunk);
        const size = isStream ? reader.waiting : mine + chunk.length;
        parts += size - mine;
        held += size - mine;
        mine = size;
        if (parts > MOST_PARTS || held > MOST_HELD) throw new UpstreamFault('full');
        for (const { isMessage, data, id = last } of events.map(({ text }) => readEvent(text))) {
          last = id;
          if (isMessage && data.trim() !== '') await hear(data, status, asked);
        }
        while (stream.writableNeedDrain) await drained();
        if (signal.aborted) break;
      }
      if (mine > 0 && !isStream) await hear(`${Buffer.concat(whole)}`, status, asked);
    } catch {
      // Cut short. A request that has no answer by now gets one that says so.
    }
    clearTimeout(timer);
    if (bodies.get(asked) === body) bodies.delete(asked);
    parts -= mine;
    held -= mine;
    return last;
  };

  /** Reads a stream and those that continue it: a server may end one and leave the rest to another (2025-11-25, Transports § Sending Messages). */
  const follow = async (first: UpstreamResponse, asked: unknown, isWanted: (last: string) => boolean): Promise<void> => {
    let response = first;
    for (let last = ''; isEventStream(response) && response.status < 300; response = await listen(last)) {
      last = (await relay(response, asked)) || last;
      if (!isWanted(last)) return;
      await sleep(PAUSE, undefined, { signal, ref: false });
    }
    await relay(response, asked);
    if (response.status === 404 && home) throw new UpstreamFault('refused');
  };

  const carry = async (call: Call, handedOn: () => void): Promise<void> => {
    const { message, request } = call;
    const asked = message?.shape === 'request' ? message.id : undefined;
    if (asked !== undefined) waiting.add(asked);
    if (message?.method === 'notifications/cancelled') settle(at(parseJson(`${request.body}`), 'params', 'requestId'));
    const opens = message?.method === 'initialize' && !home;
    // What opens a session is not broken off: nobody would know what to end.
    const { instance, response } = await send(call, { headers: POST_HEADERS, ...(opens ? { signal: request.signal } : {}) });
    const id = response.headers['mcp-session-id'];
    if (opens && typeof id === 'string') home = { at: instance, id };
    if (signal.aborted) {
      leave();
      return discard(response);
    }
    if (!opens) handedOn();
    if (message?.method === 'notifications/initialized' && response.status < 300) void stand();
    await follow(response, asked, (last) => last !== '' && waiting.has(asked));
    fail(call, 'upstream-lost');
  };
  /** Brings what the server says unasked. */
  const stand = async (): Promise<void> => {
    if (stands) return;
    stands = true;
    try {
      await follow(await listen(''), undefined, () => true);
    } catch (error) {
      failed(error);
    }
    stands = false;
  };
  /** Where nobody listens any more, or knows the session, that is its end. */
  const failed = (error: unknown, call?: Call): void => {
    const stage = error instanceof UpstreamFault ? error.stage : 'answered';
    const isLost = stage === 'refused' && home !== null;
    if (call) fail(call, isLost ? 'session-unknown' : REASON_OF_FAULT[stage]);
    if (isLost) void end();
  };

  const post = (call: Call): void => {
    const size = call.request.body?.length ?? 0;
    // What cancels a request must not have to wait for it.
    const most = call.message?.shape === 'request' ? MOST_UNDER_WAY : 2 * MOST_UNDER_WAY;
    if (underWay >= most || (underWay > 0 && posted + size > MOST_POSTED)) throw new UpstreamFault('full');
    underWay += 1;
    posted += size;
    const release = call.keepBody();
    const before = turn;
    let handedOn = (): void => {};
    if (call.message?.shape !== 'request' || call.message.method === 'initialize') turn = new Promise((resolve) => void (handedOn = resolve));
    const done = (): void => {
      underWay -= 1;
      posted -= size;
      release();
      handedOn();
    };
    void before
      .then(() => carry(call, handedOn))
      .catch((error: unknown) => failed(error, call))
      .finally(done);
  };

  const leave = (): void => {
    if (!home) return;
    const told = send(opener, { method: 'DELETE', body: null, signal: AbortSignal.timeout(GOODBYE) });
    home = null;
    goodbye = told.then(({ response }) => discard(response), () => {});
  };
  const end = async (): Promise<void> => {
    if (!signal.aborted) {
      over.abort();
      stream.end();
      leave();
    }
    await goodbye;
  };
  stream.on('error', (error) => error instanceof UpstreamFault && log('warn', 'messages-dropped', { server: opener.pool.server, reason: 'not read by the client' })).once('close', () => void end());
  return { stream, post, end };
}

/** The transport of 2024-11-05 made of Streamable HTTP: one stream to the client, a session of requests to the server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { REASON_OF_FAULT } from '../../decision/reasons.js';
import type { Log } from '../../process/log.js';
import { discard } from '../../upstream/deliver.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import type { EventStream } from '../../wire/event-stream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { at, parseJson } from '../../wire/json-rpc.js';
import { idText } from '../../wire/replies.js';
import { isEventStream } from '../../wire/media-type.js';
import type { Call } from '../call.js';
import { toClient } from './to-client.js';
import { toServer } from './to-server.js';

export interface HeldStream {
  /** What the client reads. Its end is the end of the server's session, and the other way round. */
  readonly stream: EventStream;
  /** Hands a message on; what comes of it comes on the stream. Throws an `UpstreamFault` when too many are under way. */
  post(call: Call): void;
  /** Resolves when the server has been told. */
  end(): Promise<void>;
}

/** Messages under way, and their bytes: their client has its 202 already. */
const MOST_UNDER_WAY = 64;
const MOST_POSTED = 4 * 2 ** 20;
/** Milliseconds between the end of a stream of the server's and the next. */
const PAUSE = 1000;

/** `opener` is the GET that asked for the stream. */
export function holdStream(opener: Call, log: Log): HeldStream {
  const over = new AbortController();
  const { signal } = over;
  const server = toServer(opener, signal);
  const client = toClient(signal, opener.table.timeouts, server.learn);
  const { stream } = client;
  let underWay = 0;
  let posted = 0;
  /** However often a client says that it is ready, one stream at a time listens for it. */
  let isListening = false;
  /** Kept when what must come first has reached the server. Requests let each other pass; what has no reply has nothing else to order it. */
  let turn = Promise.resolve();

  const carry = async (call: Call, handedOn: () => void): Promise<void> => {
    const { message, request } = call;
    const asked = message?.shape === 'request' ? message.id : undefined;
    if (message && asked !== undefined) client.waiting.set(asked, idText(message));
    if (message?.method === 'notifications/cancelled') client.settle(at(parseJson(`${request.body}`), 'params', 'requestId'));
    if (call.items && (await call.items.isUnlisted(call, (listing) => server.post(listing, false)))) throw new UpstreamFault('unlisted');
    const isOpening = message?.method === 'initialize' && !server.hasSession();
    const response = await server.post(call, isOpening);
    if (signal.aborted) {
      void server.leave();
      return discard(response);
    }
    if (!isOpening) handedOn();
    if (message?.method === 'notifications/initialized' && response.status < 300) void listen();
    await follow(response, asked, (last) => last !== '' && client.waiting.has(asked));
    client.refuse(call, 'upstream-lost');
  };

  /** Brings what the server says unasked. */
  const listen = async (): Promise<void> => {
    if (isListening) return;
    isListening = true;
    try {
      await follow(await server.listen(''), undefined, () => true);
    } catch (error) {
      failed(error);
    }
    isListening = false;
  };

  /**
   * Reads a stream and those that continue it: a server may end one and leave the rest to another (2025-11-25, Transports § Sending Messages). `isWanted`
   * tells whether anything is wanted behind the last event, whose id it is given.
   */
  const follow = async (first: UpstreamResponse, asked: unknown, isWanted: (last: string) => boolean): Promise<void> => {
    let response = first;
    for (let last = ''; isEventStream(response) && response.status < 300; response = await server.listen(last)) {
      last = (await client.relay(response, asked)) || last;
      if (!isWanted(last)) return;
      await sleep(PAUSE, undefined, { signal, ref: false });
    }
    await client.relay(response, asked);
    if (response.status === 404 && server.hasSession()) throw new UpstreamFault('refused');
  };

  /** Where nobody listens any more, or knows the session, the stream ends. */
  const failed = (error: unknown, call?: Call): void => {
    const stage = error instanceof UpstreamFault ? error.stage : 'answered';
    const isLost = stage === 'refused' && server.hasSession();
    if (call) client.refuse(call, isLost ? 'session-unknown' : REASON_OF_FAULT[stage]);
    if (isLost) void end();
  };

  const post = (call: Call): void => {
    const size = call.request.body?.length ?? 0;
    const isRequest = call.message?.shape === 'request';
    // What cancels a request must not have to wait for it.
    const most = isRequest ? MOST_UNDER_WAY : 2 * MOST_UNDER_WAY;
    if (underWay >= most || (underWay > 0 && posted + size > MOST_POSTED)) throw new UpstreamFault('full');
    underWay += 1;
    posted += size;
    const release = call.keepBody();
    const before = turn;
    let handedOn = (): void => {};
    if (!isRequest || call.message?.method === 'initialize') turn = new Promise((resolve) => void (handedOn = resolve));
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

  const end = async (): Promise<void> => {
    if (!signal.aborted) {
      over.abort();
      stream.end();
    }
    await server.leave();
  };
  const lost = { server: opener.pool.server, reason: 'not read by the client' };
  stream.on('error', (error) => error instanceof UpstreamFault && log('warn', 'messages-dropped', lost)).once('close', () => void end());
  return { stream, post, end };
}

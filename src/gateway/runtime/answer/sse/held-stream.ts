/** The transport of 2024-11-05 made of Streamable HTTP: one stream to the client, a session of requests to the server. */
import { setTimeout as sleep } from 'node:timers/promises';
import { REASON_OF_FAULT } from '../../decision/reasons.js';
import type { Log } from '../../process/log.js';
import { discard } from '../../upstream/deliver.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import type { EventStream } from '../../wire/event-stream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { at, parseJson } from '../../wire/json-rpc.js';
import { isEventStream } from '../../wire/media-type.js';
import type { Call } from '../call.js';
import { Posted } from './posted.js';
import { ToClient } from './to-client.js';
import { ToServer } from './to-server.js';

/** Milliseconds between the end of a stream of the server's and the next. */
const PAUSE = 1000;

export class HeldStream {
  readonly #over = new AbortController();
  readonly #posted = new Posted();
  readonly #toClient: ToClient;
  readonly #toServer: ToServer;
  /** However often a client says that it is ready, one stream at a time listens for it. */
  #isListening = false;

  /** @param opener the GET that asked for the stream */
  constructor(opener: Call, log: Log) {
    const { signal } = this.#over;
    const { idleStream, response: within } = opener.table.timeouts;
    this.#toServer = new ToServer(opener, signal);
    this.#toClient = new ToClient({ signal, idleStream, within, onReply: (reply) => this.#toServer.learn(reply) });
    const { server } = opener.pool;
    this.stream
      .on('error', (error) => error instanceof UpstreamFault && log('warn', 'messages-dropped', { server, reason: 'not read by the client' }))
      .once('close', () => void this.end());
  }

  /** What the client reads. Its end is the end of the server's session, and the other way round. */
  get stream(): EventStream {
    return this.#toClient.stream;
  }

  /** Hands a message on; what comes of it comes on the stream. Throws an `UpstreamFault` when too many are under way. */
  post(call: Call): void {
    this.#posted.add(call, (handedOn) => this.#carry(call, handedOn).catch((error: unknown) => this.#failed(error, call)));
  }

  /** Resolves when the server has been told. */
  async end(): Promise<void> {
    if (!this.#over.signal.aborted) {
      this.#over.abort();
      this.stream.end();
    }
    await this.#toServer.leave();
  }

  async #carry(call: Call, handedOn: () => void): Promise<void> {
    const { message, request } = call;
    const client = this.#toClient;
    const asked = message?.shape === 'request' ? message.id : undefined;
    if (asked !== undefined) client.expect(asked);
    if (message?.method === 'notifications/cancelled') client.settle(at(parseJson(`${request.body}`), 'params', 'requestId'));
    const isOpening = message?.method === 'initialize' && !this.#toServer.hasSession;
    const response = await this.#toServer.post(call, isOpening);
    if (this.#over.signal.aborted) {
      void this.#toServer.leave();
      return discard(response);
    }
    if (!isOpening) handedOn();
    if (message?.method === 'notifications/initialized' && response.status < 300) void this.#listen();
    await this.#follow(response, asked, (last) => last !== '' && client.isWaiting(asked));
    client.refuse(call, 'upstream-lost');
  }

  /** Brings what the server says unasked. */
  async #listen(): Promise<void> {
    if (this.#isListening) return;
    this.#isListening = true;
    try {
      await this.#follow(await this.#toServer.listen(''), undefined, () => true);
    } catch (error) {
      this.#failed(error);
    }
    this.#isListening = false;
  }

  /**
   * Reads a stream and those that continue it: a server may end one and leave the rest to another (2025-11-25, Transports § Sending Messages).
   *
   * @param isWanted whether there is more to come behind the last event, whose id it is given
   */
  async #follow(first: UpstreamResponse, asked: unknown, isWanted: (last: string) => boolean): Promise<void> {
    let response = first;
    for (let last = ''; isEventStream(response) && response.status < 300; response = await this.#toServer.listen(last)) {
      last = (await this.#toClient.relay(response, asked)) || last;
      if (!isWanted(last)) return;
      await sleep(PAUSE, undefined, { signal: this.#over.signal, ref: false });
    }
    await this.#toClient.relay(response, asked);
    if (response.status === 404 && this.#toServer.hasSession) throw new UpstreamFault('refused');
  }

  /** Where nobody listens any more, or knows the session, the stream ends. */
  #failed(error: unknown, call?: Call): void {
    const stage = error instanceof UpstreamFault ? error.stage : 'answered';
    const isLost = stage === 'refused' && this.#toServer.hasSession;
    if (call) this.#toClient.refuse(call, isLost ? 'session-unknown' : REASON_OF_FAULT[stage]);
    if (isLost) void this.end();
  }
}

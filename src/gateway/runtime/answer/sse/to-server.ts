/** What a held stream has sent to its server: requests of one session, if the server has sessions. */
import { discard, type Delivered } from '../../upstream/deliver.js';
import type { Instance } from '../../upstream/pool.js';
import type { UpstreamRequest, UpstreamResponse } from '../../upstream/upstream.js';
import { at, POST_HEADERS, type Json } from '../../wire/json-rpc.js';
import type { Call } from '../call.js';

/** Milliseconds for telling a server of the end. */
const GOODBYE = 5000;

export class ToServer {
  readonly #opener: Call;
  readonly #signal: AbortSignal;
  /** The session that the server has opened, and the instance in which it lives. */
  #session: { readonly at: Instance; readonly id: string } | null = null;
  #revision: unknown;
  #goodbye: Promise<unknown> = Promise.resolve();

  /** @param opener the GET that asked for the stream @param signal aborted at the end of the stream */
  constructor(opener: Call, signal: AbortSignal) {
    this.#opener = opener;
    this.#signal = signal;
  }

  get hasSession(): boolean {
    return this.#session !== null;
  }

  /** The first reply that names a revision is that to `initialize`: from then on this revision is spoken. */
  learn(reply: Json): void {
    this.#revision ??= at(reply, 'result', 'protocolVersion');
  }

  /** @param isOpening whether the message opens the session. Then it is not broken off at the end: nobody would know what to end at the server */
  async post(call: Call, isOpening: boolean): Promise<UpstreamResponse> {
    const { instance, response } = await this.#send(call, { headers: POST_HEADERS, ...(isOpening ? { signal: call.request.signal } : {}) });
    const id = response.headers['mcp-session-id'];
    if (isOpening && typeof id === 'string') this.#session = { at: instance, id };
    return response;
  }

  /** Asks for what the server says unasked, or for what follows an event. */
  async listen(lastEventId: string): Promise<UpstreamResponse> {
    const headers = { accept: 'text/event-stream', ...(lastEventId === '' ? {} : { 'last-event-id': lastEventId }) };
    return (await this.#send(this.#opener, { method: 'GET', body: null, headers })).response;
  }

  /** Ends the session, if there is one. @returns a promise that is kept when the server has been told, now or before */
  leave(): Promise<unknown> {
    if (this.#session) {
      const told = this.#send(this.#opener, { method: 'DELETE', body: null, signal: AbortSignal.timeout(GOODBYE) });
      this.#session = null;
      this.#goodbye = told.then(({ response }) => discard(response), () => {});
    }
    return this.#goodbye;
  }

  #send(call: Call, request: Partial<UpstreamRequest>): Promise<Delivered> {
    const { 'last-event-id': _last, 'mcp-protocol-version': _version, ...rest } = call.request.headers;
    const session = this.#session;
    const spoken = typeof this.#revision === 'string' ? { 'mcp-protocol-version': this.#revision } : {};
    const headers = { ...rest, 'accept-encoding': 'identity', ...spoken, ...(session && { 'mcp-session-id': session.id }), ...request.headers };
    return call.send({ ...call.request, signal: this.#signal, ...request, headers }, session ? { at: session.at } : {});
  }
}

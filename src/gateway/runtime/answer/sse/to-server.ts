/** What a held stream has sent to its server: requests of one session, if the server has sessions. */
import { discard, type Delivered } from '../../upstream/deliver.js';
import type { Instance } from '../../upstream/instance.js';
import type { UpstreamRequest, UpstreamResponse } from '../../upstream/upstream.js';
import { at, POST_HEADERS, type Json } from '../../wire/json-rpc.js';
import type { Call } from '../call.js';
import { judgeSession, mayMeanLoss } from '../lost.js';
import { UpstreamFault } from '../../wire/fault.js';

export interface ToServer {
  hasSession(): boolean;
  /** The first reply that names a revision is that to `initialize`: from then on this revision is spoken. */
  learn(reply: Json): void;
  /** @param isOpening whether the message opens the session. Then it is not broken off at the end: nobody would know what to end at the server */
  post(call: Call, isOpening: boolean): Promise<UpstreamResponse>;
  /** Asks for what the server says unasked, or for what follows an event. */
  listen(lastEventId: string): Promise<UpstreamResponse>;
  /** Ends the session, if there is one. Resolves when the server has been told, now or before. */
  leave(): Promise<unknown>;
}

/** Milliseconds for telling a server of the end. */
const GOODBYE = 5000;

/** `opener` is the GET that asked for the stream; `signal` is aborted at its end. */
export function toServer(opener: Call, signal: AbortSignal): ToServer {
  /** The session that the server has opened, and the instance in which it lives. */
  let session: { readonly at: Instance; readonly id: string } | null = null;
  let revision: unknown;
  let goodbye: Promise<unknown> = Promise.resolve();

  const send = (call: Call, request: Partial<UpstreamRequest>): Promise<Delivered> => {
    const { 'last-event-id': _last, 'mcp-protocol-version': _version, ...rest } = call.request.headers;
    const spoken = typeof revision === 'string' ? { 'mcp-protocol-version': revision } : {};
    const headers = { ...rest, 'accept-encoding': 'identity', ...spoken, ...(session && { 'mcp-session-id': session.id }), ...request.headers };
    // A message waits here for its reply, with no need of its text.
    const handedOn = (): void => {
      call.request.body = null;
      call.request.handedOn?.();
    };
    // The query is that of the stream: what its messages have behind their path is the gateway's own.
    return call.send({ ...call.request, query: opener.request.query ?? '', signal, ...request, headers, handedOn }, session ? { at: session.at } : {});
  };
  /** Sends in the session. A server that has lost it may say so with 404, which is told by the answer itself, or in other words. */
  const inSession = async (call: Call, request: Partial<UpstreamRequest>): Promise<UpstreamResponse> => {
    const { response } = await send(call, request);
    if (!session || response.status === 404 || !mayMeanLoss(response)) return response;
    const asked = { ...call.request, ...request, headers: { ...call.request.headers, ...request.headers } };
    const judged = await judgeSession(asked, response, call.table.timeouts.response, async (ping) => (await send(call, ping)).response);
    if (judged.isLost) throw new UpstreamFault('refused', 'the server does not know the session any more');
    return judged.response;
  };
  return {
    hasSession: () => session !== null,
    learn: (reply) => void (revision ??= at(reply, 'result', 'protocolVersion')),
    async post(call, isOpening) {
      if (!isOpening) return inSession(call, { headers: POST_HEADERS });
      const { instance, response } = await send(call, { headers: POST_HEADERS, signal: call.request.signal });
      const id = response.headers['mcp-session-id'];
      if (typeof id === 'string') session = { at: instance, id };
      return response;
    },
    async listen(last) {
      const headers = { accept: 'text/event-stream', ...(last === '' ? {} : { 'last-event-id': last }) };
      return inSession(opener, { method: 'GET', body: null, headers });
    },
    leave() {
      if (session) {
        const told = send(opener, { method: 'DELETE', body: null, signal: AbortSignal.timeout(GOODBYE) });
        session = null;
        goodbye = told.then(({ response }) => discard(response), () => {});
      }
      return goodbye;
    },
  };
}

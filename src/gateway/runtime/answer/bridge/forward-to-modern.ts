/** A legacy client's request on its way to a modern server, its reply on the way back, and how it is cancelled. */
import type { Answered, Call } from '../call.js';
import type { Log } from '../../process/log.js';
import type { Delivered } from '../../upstream/deliver.js';
import type { ChangedEvents } from '../../wire/events.js';
import { asObject, at, ownFailure, isReply, success, type Json } from '../../wire/json-rpc.js';
import { isEventStream } from '../../wire/media-type.js';
import { CLIENT_INFO, LOG_LEVEL, SERVER_INFO } from '../../wire/meta-keys.js';
import { readBody } from '../../wire/read-body.js';
import { ownAnswer, parseReply, passed, rewriteEvents } from './answers.js';
import type { Hints } from './hints.js';
import { modernRequest } from './requests.js';

export interface ForwardToModern {
  /** @param session names the client's session; empty where it has none @param level of the session's log */
  send(call: Call, message: Json, session: string, level: unknown): Promise<Answered>;
  cancel(session: string, id: unknown): void;
}

const NEEDS_MORE = 'The server asks for more in the middle of the call, which is not bridged to clients of this revision';
export const MISUNDERSTOOD = 'The gateway and the server do not understand each other';
/** Statuses of the server itself; others are of guards and proxies before it. */
const ITS_OWN: readonly number[] = [200, 202, 400, 404, 405];

const requestKey = (session: string, id: unknown): string => `${session} ${JSON.stringify(id)}`;

export function forwardToModern(hints: Hints, log: Log): ForwardToModern {
  /** How to cancel what is under way. */
  const running = new Map<string, () => void>();

  const send = async (call: Call, message: Json, session: string, level: unknown): Promise<Answered> => {
    const stop = new AbortController();
    const key = requestKey(session, message['id']);
    const done = (): void => void running.delete(key);
    let events: ChangedEvents | undefined;
    // A cancelled request has no reply (2025-11-25, Cancellation), and its stream ends as if it had.
    running.set(key, () => {
      events?.finish();
      setImmediate(() => stop.abort());
    });
    try {
      const { response } = await ask(call, message, level, stop.signal);
      const { status, headers } = response;
      if (status === 200 && isEventStream(response)) {
        events = rewriteEvents(response.body, (event) => (isReply(event) ? legacyReply(call, message, event)[1] : event)).once('close', done);
        return passed(status, headers, events);
      }
      const body = await readBody(response.body, call.table.timeouts.response);
      done();
      if (!ITS_OWN.includes(status)) return passed(status, headers, body);
      const reply = parseReply(body);
      // A 404 that passed would end the client's session.
      return ownAnswer(...(reply ? legacyReply(call, message, reply) : misunderstood(call, message, status)), headers);
    } catch (error) {
      done();
      if (stop.signal.aborted) return ownAnswer(202);
      throw error;
    }
  };

  /** A server whose schemas have changed refuses the call before it does anything. */
  const ask = async (call: Call, message: Json, level: unknown, signal: AbortSignal, isStale = false): Promise<Delivered> => {
    const { method, params } = message;
    const said = { [LOG_LEVEL]: level, [CLIENT_INFO]: call.session?.init?.clientInfo };
    const headers = method === 'tools/call' ? await hints.paramHeaders(call, params, isStale) : {};
    const delivered = await call.send(modernRequest(call, message, signal, said, headers));
    if (isStale || method !== 'tools/call' || delivered.response.status !== 400) return delivered;
    const body = await readBody(delivered.response.body, call.table.timeouts.response);
    if (at(parseReply(body), 'error', 'code') === -32020) return ask(call, message, level, signal, true);
    return { ...delivered, response: { ...delivered.response, body } };
  };

  /** Status and message, as of `legacyReply`. */
  const misunderstood = ({ pool, request }: Call, { id, method }: Json, code: unknown): [number, Json] => {
    log('warn', 'bridge-refused', { server: pool.server, method: `${method}`.slice(0, 64), code });
    return [502, ownFailure(request.headers, id, -32603, MISUNDERSTOOD, 'server-misunderstood')];
  };

  /** The reply in the form of the revisions with sessions, and the status of its answer. */
  const legacyReply = (call: Call, message: Json, reply: Json): [number, Json] => {
    const { id } = message;
    const code = Number(at(reply, 'error', 'code'));
    const { resultType = 'complete', ttlMs: _ttl, cacheScope: _scope, _meta, ...result } = asObject(reply['result']);
    if (code === -32021 || resultType !== 'complete') return [200, ownFailure(call.request.headers, id, -32603, NEEDS_MORE, 'answer-not-bridged')];
    // Codes of the transport of 2026-07-28 are about what the gateway itself wrote.
    if (code <= -32020 && code >= -32099) return misunderstood(call, message, code);
    if ('error' in reply) return [200, { ...reply, id }];
    const { [SERVER_INFO]: _info, ...meta } = asObject(_meta);
    return [200, success(id, Object.keys(meta).length > 0 ? { ...result, _meta: meta } : result)];
  };

  return { send, cancel: (session, id) => running.get(requestKey(session, id))?.() };
}

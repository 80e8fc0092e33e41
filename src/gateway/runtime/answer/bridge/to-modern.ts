/** A legacy client's requests, for a server that knows no sessions. Any replica can go on with one; what cancels a request, and the log level, only where it was said. */
import type { Answered, Call } from '../call.js';
import type { ChangedEvents } from '../../wire/events.js';
import { isEventStream } from '../../wire/media-type.js';
import { asObject, at, failure, isReply, success, type Json } from '../../wire/json-rpc.js';
import type { Log } from '../../process/log.js';
import { CLIENT_INFO, LOG_LEVEL, SERVER_INFO } from '../../wire/meta-keys.js';
import type { Revision } from '../../tables/route.js';
import type { Delivered } from '../../upstream/deliver.js';
import { readBody } from '../../wire/read-body.js';
import { UpstreamFault } from '../../wire/fault.js';
import { answer, bridgedCapabilities, parseReply, passed } from './answers.js';
import type { Exchange } from './bridge.js';
import { readReply, rewriteEvents } from './events.js';
import { Hints } from './hints.js';
import { modernRequest } from './requests.js';

/** Not served behind a bridge, whatever the server has. */
const NOT_BRIDGED = /^(?:resources\/(?:un)?subscribe|(?:subscriptions|tasks)\/.*)$/;
/** RFC 5424, as MCP has them. */
const LEVEL = /^(?:debug|info|notice|warning|error|critical|alert|emergency)$/;
const MOST_SESSIONS = 10_000;
const NEEDS_MORE = 'The server asks for more in the middle of the call, which is not bridged to clients of this revision';
const MISUNDERSTOOD = 'The gateway and the server do not understand each other';
/** Other statuses are of guards and proxies before the server. */
const ITS_OWN: readonly number[] = [200, 202, 400, 404, 405];

/** The seal's last characters tell ids apart as well as all of them do: they are its authentication tag. */
const keyOf = (call: Call): string => (call.session && call.sessionId?.slice(-22)) ?? '';
const requestKey = (session: string, id: unknown): string => `${session} ${JSON.stringify(id)}`;

export function createToModern(log: Log): Exchange {
  const hints = new Hints();
  /** Of a session's log; null where it has been ended. */
  const levels = new Map<string, unknown>();
  /** How to cancel what is under way. */
  const running = new Map<string, () => void>();

  const remember = (key: string, level: unknown): void => {
    if (key) levels.set(key, level);
    if (levels.size > MOST_SESSIONS) levels.delete(levels.keys().next().value as string);
  };

  const introduce = async (call: Call, id: unknown, served: readonly Revision[]): Promise<Answered> => {
    const { capabilities, instructions, _meta } = await hints.discover(call);
    const asked = call.message?.initialize?.['protocolVersion'];
    const result = {
      protocolVersion: served.find((revision) => revision === asked) ?? served.at(-1),
      capabilities: bridgedCapabilities(capabilities),
      serverInfo: at(_meta, SERVER_INFO) ?? { name: call.pool.server, version: 'unknown' },
      instructions,
    };
    const { instance, response } = answer(200, success(id, result));
    // What the gateway makes of it is sealed with whose it is.
    return { instance, response: { ...response, headers: { ...response.headers, 'mcp-session-id': 'bridge' } } };
  };

  const one = async (call: Call, message: Json, served: readonly Revision[]): Promise<Answered> => {
    const { id, method, params } = message;
    const key = keyOf(call);
    if (typeof method !== 'string' || id === undefined) {
      if (method === 'notifications/cancelled' && key) running.get(requestKey(key, at(params, 'requestId')))?.();
      return answer(202);
    }
    if (method === 'initialize') return introduce(call, id, served);
    if (NOT_BRIDGED.test(method)) return answer(200, failure(id, -32601, 'Method not found'));
    if (method !== 'ping' && method !== 'logging/setLevel') return forward(call, message);
    if (method === 'ping') return answer(200, success(id, {}));
    const level = at(params, 'level');
    // It is kept, and sent with every request of the session.
    if (typeof level !== 'string' || !LEVEL.test(level)) return answer(200, failure(id, -32602, 'Unknown log level'));
    remember(key, level);
    return answer(200, success(id, {}));
  };

  const forward = async (call: Call, message: Json): Promise<Answered> => {
    const stop = new AbortController();
    const name = requestKey(keyOf(call), message['id']);
    const done = (): void => void running.delete(name);
    let events: ChangedEvents | undefined;
    // A cancelled request has no answer (2025-11-25, Cancellation), and its stream ends as if it had.
    running.set(name, () => {
      events?.finish();
      setImmediate(() => stop.abort());
    });
    try {
      const { response } = await ask(call, message, stop.signal);
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
      return answer(...(reply ? legacyReply(call, message, reply) : misunderstood(call, message, status)), headers);
    } catch (error) {
      done();
      if (stop.signal.aborted) return answer(202);
      throw error;
    }
  };

  /** A server whose schemas have changed refuses the call before it does anything. */
  const ask = async (call: Call, message: Json, signal: AbortSignal, isStale = false): Promise<Delivered> => {
    const { method, params } = message;
    const said = { [LOG_LEVEL]: levels.get(keyOf(call)), [CLIENT_INFO]: call.session?.init?.clientInfo };
    const headers = method === 'tools/call' ? await hints.paramHeaders(call, params, isStale) : {};
    const delivered = await call.send(modernRequest(call, message, signal, said, headers));
    if (isStale || method !== 'tools/call' || delivered.response.status !== 400) return delivered;
    const body = await readBody(delivered.response.body, call.table.timeouts.response);
    if (at(parseReply(body), 'error', 'code') === -32020) return ask(call, message, signal, true);
    return { ...delivered, response: { ...delivered.response, body } };
  };

  const misunderstood = ({ pool }: Call, { id, method }: Json, code: unknown): [number, Json] => {
    log('warn', 'bridge-refused', { server: pool.server, method: `${method}`.slice(0, 64), code });
    return [502, failure(id, -32603, MISUNDERSTOOD)];
  };

  const legacyReply = (call: Call, message: Json, reply: Json): [number, Json] => {
    const { id } = message;
    const code = Number(at(reply, 'error', 'code'));
    const { resultType = 'complete', ttlMs: _ttl, cacheScope: _scope, _meta, ...result } = asObject(reply['result']);
    if (code === -32021 || resultType !== 'complete') return [200, failure(id, -32603, NEEDS_MORE)];
    // Codes of the transport of 2026-07-28: about what the gateway itself wrote.
    if (code <= -32020 && code >= -32099) return misunderstood(call, message, code);
    if ('error' in reply) return [200, { ...reply, id }];
    const { [SERVER_INFO]: _info, ...meta } = asObject(_meta);
    return [200, success(id, Object.keys(meta).length > 0 ? { ...result, _meta: meta } : result)];
  };

  /** Each is answered as if it had come alone; progress has no place in an array. */
  const batch = async (call: Call, messages: readonly Json[], served: readonly Revision[]): Promise<Answered> => {
    const replies = messages.map(async (message) => {
      const { id } = message;
      try {
        const { response } = await one(call, message, served);
        if (response.status === 202) return [];
        return [{ ...((await readReply(response, call.table.timeouts.response)) ?? failure(id, -32603, MISUNDERSTOOD)), id }];
      } catch (error) {
        if (!(error instanceof UpstreamFault)) throw error;
        return [failure(id, -32603, 'The server behind the gateway failed')];
      }
    });
    const all = (await Promise.all(replies)).flat();
    return all.length > 0 ? answer(200, all) : answer(202);
  };

  return async (call, served) => {
    const { method, body } = call.request;
    if (levels.get(keyOf(call)) === null) return answer(404, failure(call.message?.id ?? null, -32001, 'Session not found'));
    if (method === 'DELETE') {
      remember(keyOf(call), null);
      return answer(200);
    }
    if (method !== 'POST') return answer(405, failure(null, 405, 'Method not allowed'), { allow: 'POST, DELETE' });
    const value: unknown = JSON.parse(`${body}`);
    return Array.isArray(value) ? batch(call, value.map(asObject), served) : one(call, asObject(value), served);
  };
}

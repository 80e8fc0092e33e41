/**
 * A legacy client's requests, for a server that knows no sessions. Whatever the session is, its id says, so any replica can go on with it; only what is said
 * about requests under way, and the level of the log, is known to the process that was told.
 */
import type { Answered, Call } from '../call.js';
import { isEventStream } from '../headers.js';
import type { Log } from '../log.js';
import type { Revision } from '../types.js';
import { UpstreamFault, type UpstreamResponse } from '../upstream/upstream.js';
import { bridgedCapabilities, bridgedHeaders, jsonAnswer, readBody, readReply } from './answers.js';
import type { Direction } from './bridge.js';
import { rewriteEvents } from './events.js';
import { Hints } from './hints.js';
import { asObject, codeOf, failure, isReply, parseReply, success, type Json } from './json-rpc.js';
import { CLIENT_INFO, LOG_LEVEL, modernRequest, SERVER_INFO } from './requests.js';

/** Not served behind a bridge, whatever the server has. */
const NOT_BRIDGED = /^(?:resources\/(?:un)?subscribe|subscriptions\/.*|tasks\/.*)$/;
const MOST_SESSIONS = 10_000;
const NEEDS_MORE = 'The server asks for something in the middle of the call, which is not bridged to clients of this protocol version';

interface Session {
  level?: string;
  ended?: boolean;
}
interface Running {
  cancel: () => void;
}

export function createToModern(log: Log): Direction {
  const hints = new Hints();
  const sessions = new Map<string, Session>();
  const running = new Map<string, Running>();

  /** The seal's last characters tell ids apart as well as all of them do: they are its authentication tag. */
  const keyOf = (call: Call): string | null => (call.session ? (call.sessionId?.slice(-22) ?? null) : null);

  const remember = (key: string | null, change: Session): void => {
    if (key === null) return;
    sessions.set(key, { ...sessions.get(key), ...change });
    if (sessions.size > MOST_SESSIONS) sessions.delete(sessions.keys().next().value as string);
  };

  const introduce = async (call: Call, id: unknown, served: readonly Revision[]): Promise<Answered> => {
    const { capabilities, instructions, _meta } = await hints.discover(call);
    const asked = call.message?.initialize?.['protocolVersion'];
    const result = {
      protocolVersion: served.find((revision) => revision === asked) ?? served.at(-1),
      capabilities: bridgedCapabilities(capabilities),
      serverInfo: asObject(_meta)[SERVER_INFO] ?? { name: call.pool.server, version: 'unknown' },
      instructions,
    };
    // What the gateway makes of it is sealed with whose it is.
    const response = jsonAnswer(200, success(id, result));
    return { instance: null, response: { ...response, headers: { ...response.headers, 'mcp-session-id': 'bridge' } } };
  };

  const one = async (call: Call, message: Json, served: readonly Revision[]): Promise<Answered> => {
    const { id, method } = message;
    const key = keyOf(call);
    const params = asObject(message['params']);
    if (typeof method !== 'string' || id === undefined) {
      if (method === 'notifications/cancelled' && key !== null) running.get(requestKey(key, params['requestId']))?.cancel();
      return own(202);
    }
    if (method === 'initialize') return introduce(call, id, served);
    if (method === 'ping') return own(200, success(id, {}));
    if (method === 'logging/setLevel') {
      remember(key, { level: String(params['level']) });
      return own(200, success(id, {}));
    }
    return NOT_BRIDGED.test(method) ? own(200, failure(id, -32601, 'Method not found')) : forward(call, message, key);
  };

  const forward = async (call: Call, message: Json, key: string | null): Promise<Answered> => {
    const stop = new AbortController();
    const entry: Running = { cancel: () => stop.abort() };
    const name = requestKey(key ?? '', message['id']);
    const done = (): void => {
      if (running.get(name) === entry) running.delete(name);
    };
    if (key !== null) running.set(name, entry);
    try {
      const { instance, response } = await ask(call, message, stop.signal);
      if (response.status !== 200 || !isEventStream(response)) {
        const answered = await whole(call, message, response);
        done();
        return { instance, response: answered };
      }
      const events = rewriteEvents(response.body, (event) => (isReply(event) ? legacyReply(call, message, event)[1] : event));
      events.once('close', done);
      // A cancelled request has no answer (2025-11-25, Cancellation), and its stream ends as if it had.
      entry.cancel = () => {
        events.finish();
        setImmediate(() => stop.abort());
      };
      return { instance, response: { status: 200, headers: bridgedHeaders(response.headers), body: events } };
    } catch (error) {
      done();
      if (stop.signal.aborted) return own(202);
      throw error;
    }
  };

  /** A server whose schemas have changed refuses the call before it does anything. */
  const ask = async (call: Call, message: Json, signal: AbortSignal): ReturnType<Call['send']> => {
    const level = sessions.get(keyOf(call) ?? '')?.level;
    const clientInfo = call.session?.init?.clientInfo;
    const said = { ...(level === undefined ? {} : { [LOG_LEVEL]: level }), ...(clientInfo ? { [CLIENT_INFO]: clientInfo } : {}) };
    const isCall = message['method'] === 'tools/call';
    const send = async (isStale: boolean): ReturnType<Call['send']> => {
      const headers = isCall ? await hints.paramHeaders(call, asObject(message['params']), isStale) : {};
      return call.send(modernRequest(call, message, signal, said, headers));
    };
    const first = await send(false);
    if (!isCall || first.response.status !== 400) return first;
    const body = await readBody(first.response.body, call.table.timeouts.response);
    return codeOf(parseReply(`${body}`)) === -32020 ? send(true) : { ...first, response: { ...first.response, body } };
  };

  /** An answer that is no stream. What proxies and guards before the server say passes, save a 404, which would end the client's session. */
  const whole = async (call: Call, message: Json, response: UpstreamResponse): Promise<UpstreamResponse> => {
    const { status, headers } = response;
    const body = await readBody(response.body, call.table.timeouts.response);
    if (![200, 202, 400, 404, 405].includes(status)) return { status, headers: bridgedHeaders(headers), body };
    const reply = parseReply(body.toString());
    return jsonAnswer(...(reply ? legacyReply(call, message, reply) : disagreement(call, message, status)), headers);
  };

  const disagreement = (call: Call, { id, method }: Json, code: unknown): [number, Json] => {
    log('warn', 'bridge-refused', { server: call.pool.server, method: String(method).slice(0, 64), code });
    return [502, failure(id, -32603, 'The gateway and the server behind it do not understand each other')];
  };

  const legacyReply = (call: Call, message: Json, reply: Json): [number, Json] => {
    const { id } = message;
    const code = Number(codeOf(reply));
    if (code === -32021) return [200, failure(id, -32603, NEEDS_MORE)];
    // Codes of the transport of 2026-07-28: about what the gateway itself wrote.
    if (code <= -32020 && code >= -32099) return disagreement(call, message, code);
    if ('error' in reply) return [200, { ...reply, id }];
    const { resultType = 'complete', ttlMs: _ttl, cacheScope: _scope, _meta, ...result } = asObject(reply['result']);
    if (resultType !== 'complete') return [200, failure(id, -32603, NEEDS_MORE)];
    const { [SERVER_INFO]: _info, ...meta } = asObject(_meta);
    return [200, { ...reply, id, result: Object.keys(meta).length > 0 ? { ...result, _meta: meta } : result }];
  };

  /** Each is answered as if it had come alone; progress has no place in an array. */
  const batch = async (call: Call, messages: readonly unknown[], served: readonly Revision[]): Promise<Answered> => {
    const replies = messages.map(asObject).map(async (message) => {
      try {
        const { response } = await one(call, message, served);
        if (response.status === 202) return [];
        const reply = await readReply(response, call.table.timeouts.response);
        return [reply ? { ...reply, id: message['id'] } : disagreement(call, message, response.status)[1]];
      } catch (error) {
        if (!(error instanceof UpstreamFault)) throw error;
        return [failure(message['id'], -32603, 'The server behind the gateway failed')];
      }
    });
    const all = (await Promise.all(replies)).flat();
    return all.length > 0 ? own(200, all) : own(202);
  };

  return {
    exchange: async (call, served) => {
      const { method, body } = call.request;
      const key = keyOf(call);
      if (sessions.get(key ?? '')?.ended) return own(404, failure(call.message?.id ?? null, -32001, 'Session not found'));
      if (method === 'DELETE') {
        remember(key, { ended: true });
        return own(200);
      }
      if (method !== 'POST') return { instance: null, response: jsonAnswer(405, failure(null, 405, 'Method not allowed'), { allow: 'POST, DELETE' }) };
      const value: unknown = JSON.parse(`${body}`);
      return Array.isArray(value) ? batch(call, value, served) : one(call, asObject(value), served);
    },
    close: async () => {
      for (const { cancel } of running.values()) cancel();
    },
  };
}

const own = (status: number, message?: unknown): Answered => ({ instance: null, response: jsonAnswer(status, message) });
const requestKey = (session: string, id: unknown): string => `${session} ${typeof id} ${String(id)}`;

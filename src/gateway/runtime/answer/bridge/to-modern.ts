/**
 * A legacy client's requests, for a server that knows no sessions. Any replica can go on with one; what cancels a request, and the log level, count only
 * where they were said.
 */
import type { Answered, Call } from '../call.js';
import { asObject, at, ownFailure, success, type Json } from '../../wire/json-rpc.js';
import type { Log } from '../../process/log.js';
import { createMemory } from '../../process/memory.js';
import type { Revision } from '../../tables/route.js';
import { UpstreamFault } from '../../wire/fault.js';
import { bridgedCapabilities, ownAnswer, readReply } from './answers.js';
import type { Direction } from './direction.js';
import { forwardToModern, MISUNDERSTOOD } from './forward-to-modern.js';
import { createHints } from './hints.js';

/** Not served behind a bridge, whatever the server has. */
const NOT_BRIDGED = /^(?:resources\/(?:un)?subscribe|(?:subscriptions|tasks)\/.*)$/;
/** RFC 5424, as MCP has them. */
const LEVEL = /^(?:debug|info|notice|warning|error|critical|alert|emergency)$/;
const MOST_SESSIONS = 10_000;

/** Names a session; empty where there is none. The last characters of an id, the seal's authentication tag, tell ids apart as well as all do. */
const keyOf = (call: Call): string => (call.session && call.sessionId?.slice(-22)) ?? '';

export function createToModern(log: Log): Direction {
  const hints = createHints();
  const requests = forwardToModern(hints, log);
  /** The log level of each session that has one; null where the session has ended. */
  const levels = createMemory<unknown>(MOST_SESSIONS);
  const remember = ({ owner }: Call, session: string, level: unknown): void => {
    if (session) levels.set(owner, session, level);
  };

  const introduce = async (call: Call, id: unknown, served: readonly Revision[]): Promise<Answered> => {
    const { capabilities, instructions, serverInfo } = await hints.discover(call);
    const requested = call.message?.initialize?.['protocolVersion'];
    const result = {
      protocolVersion: served.find((revision) => revision === requested) ?? served.at(-1),
      capabilities: bridgedCapabilities(capabilities),
      serverInfo: serverInfo ?? { name: call.pool.server, version: 'unknown' },
      instructions,
    };
    const { instance, response } = ownAnswer(200, success(id, result));
    // Whatever this id is, the client gets a sealed one, which says whose it is.
    return { instance, response: { ...response, headers: { ...response.headers, 'mcp-session-id': 'bridge' } } };
  };

  const one = async (call: Call, message: Json, served: readonly Revision[]): Promise<Answered> => {
    const { id, method, params } = message;
    const session = keyOf(call);
    if (typeof method !== 'string' || id === undefined) {
      if (method === 'notifications/cancelled' && session) requests.cancel(session, at(params, 'requestId'));
      return ownAnswer(202);
    }
    if (method === 'initialize') return introduce(call, id, served);
    const { headers } = call.request;
    if (NOT_BRIDGED.test(method)) return ownAnswer(200, ownFailure(headers, id, -32601, 'Method not found', 'method-not-bridged'));
    if (method === 'logging/setLevel') {
      const level = at(params, 'level');
      const isLevel = typeof level === 'string' && LEVEL.test(level);
      if (!isLevel) return ownAnswer(200, ownFailure(headers, id, -32602, 'Unknown log level', 'log-level-unknown'));
      // It is sent with every request of the session.
      remember(call, session, level);
    } else if (method !== 'ping') return requests.send(call, message, session, levels.get(call.owner, session));
    return ownAnswer(200, success(id, {}));
  };

  /** Each is answered as if it had come alone; progress has no place in an array. */
  const batch = async (call: Call, messages: readonly Json[], served: readonly Revision[]): Promise<Answered> => {
    const replies = messages.map(async (message) => {
      const { id } = message;
      try {
        const { response } = await one(call, message, served);
        if (response.status === 202) return [];
        const reply = await readReply(response, call.table.timeouts.response);
        return [{ ...(reply ?? ownFailure(call.request.headers, id, -32603, MISUNDERSTOOD, 'server-misunderstood')), id }];
      } catch (error) {
        if (!(error instanceof UpstreamFault)) throw error;
        return [ownFailure(call.request.headers, id, -32603, 'The server behind the gateway failed', 'upstream-lost')];
      }
    });
    const all = (await Promise.all(replies)).flat();
    return all.length > 0 ? ownAnswer(200, all) : ownAnswer(202);
  };

  return async (call, served) => {
    const { method, headers } = call.request;
    const session = keyOf(call);
    if (levels.get(call.owner, session) === null) {
      return ownAnswer(404, ownFailure(headers, call.message?.id ?? null, -32001, 'Session not found', 'session-unknown'));
    }
    if (method === 'DELETE') {
      remember(call, session, null);
      return ownAnswer(200);
    }
    if (method !== 'POST') return ownAnswer(405, ownFailure(headers, null, 405, 'Method not allowed', 'method-not-allowed'), { allow: 'POST, DELETE' });
    const value = call.value();
    return Array.isArray(value) ? batch(call, value.map(asObject), served) : one(call, asObject(value), served);
  };
}

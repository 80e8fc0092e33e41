/**
 * A legacy client's requests, for a server that knows no sessions. Any replica can go on with one; what cancels a request, and the log level, count only
 * where they were said.
 */
import type { Answered, Call } from '../call.js';
import { asObject, at, failure, parseJson } from '../../wire/json-rpc.js';
import { failureText, membersOf, objectText, successText } from '../../wire/json-members.js';
import { elementTexts, memberText } from '../../wire/json-text.js';
import type { Log } from '../../process/log.js';
import { SERVER_INFO } from '../../wire/meta-keys.js';
import type { Revision } from '../../tables/route.js';
import { UpstreamFault } from '../../wire/fault.js';
import { bridgedCapabilities, ownAnswer, readReplyText } from './answers.js';
import type { Direction } from './direction.js';
import { forwardToModern, MISUNDERSTOOD, type Said } from './forward-to-modern.js';
import { createHints } from './hints.js';

/** Not served behind a bridge, whatever the server has. */
const NOT_BRIDGED = /^(?:resources\/(?:un)?subscribe|(?:subscriptions|tasks)\/.*)$/;
/** RFC 5424, as MCP has them. */
const LEVEL = /^(?:debug|info|notice|warning|error|critical|alert|emergency)$/;
const MOST_SESSIONS = 10_000;

/** Names a session; empty where there is none. The last characters of an id, the seal's authentication tag, tell ids apart as well as all do. */
const keyOf = (call: Call): string => (call.session && call.sessionId?.slice(-22)) ?? '';

const saidIn = (text: string): Said => ({ message: asObject(parseJson(text)), text });

export function createToModern(log: Log): Direction {
  const hints = createHints();
  const requests = forwardToModern(hints, log);
  /** The log level of each session that has one; null where the session has ended. */
  const levels = new Map<string, unknown>();
  const remember = (session: string, level: unknown): void => {
    if (session) levels.set(session, level);
    if (levels.size > MOST_SESSIONS) levels.delete(levels.keys().next().value as string);
  };

  const introduce = async (call: Call, id: string | null, served: readonly Revision[]): Promise<Answered> => {
    const { capabilities, instructions, _meta } = await hints.discover(call);
    const requested = call.message?.initialize?.['protocolVersion'];
    const result = {
      protocolVersion: served.find((revision) => revision === requested) ?? served.at(-1),
      capabilities: bridgedCapabilities(capabilities),
      serverInfo: at(_meta, SERVER_INFO) ?? { name: call.pool.server, version: 'unknown' },
      instructions,
    };
    const { instance, response } = ownAnswer(200, successText(id, result));
    // Whatever this id is, the client gets a sealed one, which says whose it is.
    return { instance, response: { ...response, headers: { ...response.headers, 'mcp-session-id': 'bridge' } } };
  };

  const one = async (call: Call, said: Said, served: readonly Revision[]): Promise<Answered> => {
    const { method, params } = said.message;
    const id = memberText(said.text, ['id']);
    const session = keyOf(call);
    if (typeof method !== 'string' || id === null) {
      if (method === 'notifications/cancelled' && session) requests.cancel(session, at(params, 'requestId'));
      return ownAnswer(202);
    }
    if (method === 'initialize') return introduce(call, id, served);
    if (NOT_BRIDGED.test(method)) return ownAnswer(200, failureText(id, -32601, 'Method not found'));
    if (method === 'logging/setLevel') {
      const level = at(params, 'level');
      if (typeof level !== 'string' || !LEVEL.test(level)) return ownAnswer(200, failureText(id, -32602, 'Unknown log level'));
      // It is sent with every request of the session.
      remember(session, level);
    } else if (method !== 'ping') return requests.send(call, said, session, levels.get(session));
    return ownAnswer(200, successText(id, {}));
  };

  /** Each is answered as if it had come alone; progress has no place in an array. */
  const batch = async (call: Call, texts: readonly string[], served: readonly Revision[]): Promise<Answered> => {
    const replies = texts.map(async (text) => {
      const id = memberText(text, ['id']);
      try {
        const { response } = await one(call, saidIn(text), served);
        if (response.status === 202) return [];
        const reply = await readReplyText(response, call.table.timeouts.response);
        return [reply === null ? failureText(id, -32603, MISUNDERSTOOD) : objectText(membersOf(reply).set('id', id ?? 'null'))];
      } catch (error) {
        if (!(error instanceof UpstreamFault)) throw error;
        return [failureText(id, -32603, 'The server behind the gateway failed')];
      }
    });
    const all = (await Promise.all(replies)).flat();
    return all.length > 0 ? ownAnswer(200, `[${all.join(',')}]`) : ownAnswer(202);
  };

  return async (call, served) => {
    const { method, body } = call.request;
    const session = keyOf(call);
    if (levels.get(session) === null) return ownAnswer(404, failure(call.message?.id ?? null, -32001, 'Session not found'));
    if (method === 'DELETE') {
      remember(session, null);
      return ownAnswer(200);
    }
    if (method !== 'POST') return ownAnswer(405, failure(null, 405, 'Method not allowed'), { allow: 'POST, DELETE' });
    const text = `${body}`;
    const texts = elementTexts(text);
    return texts ? batch(call, texts, served) : one(call, saidIn(text), served);
  };
}

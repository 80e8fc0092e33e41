/** A legacy client's request on its way to a modern server, its reply on the way back, and how it is cancelled. */
import type { Answered, Call } from '../call.js';
import { refusedBy, unusable } from '../unusable.js';
import type { Log } from '../../process/log.js';
import type { Delivered } from '../../upstream/deliver.js';
import type { ChangedEvents } from '../../wire/events.js';
import { asObject, at, isReply, parseJson, type Json } from '../../wire/json-rpc.js';
import { membersOf, objectText } from '../../wire/json-members.js';
import { memberText, ownText } from '../../wire/json-text.js';
import { isEventStream } from '../../wire/media-type.js';
import { CLIENT_INFO, LOG_LEVEL, SERVER_INFO } from '../../wire/meta-keys.js';
import { readBody } from '../../wire/read-body.js';
import type { UpstreamFault } from '../../wire/fault.js';
import { ownFailureText, replyText } from '../../wire/replies.js';
import { ownAnswer, parseReply, passed, rewriteEvents } from './answers.js';
import type { Hints } from './hints.js';
import { modernRequest } from './requests.js';

/** What a client says, and as it was written. */
export interface Said {
  readonly message: Json;
  readonly text: string;
}

/** What of a request is needed for its reply, which may take long: of the request itself nothing is kept until then. */
interface Waiting {
  readonly id: string | null;
  readonly method: string;
}

export interface ForwardToModern {
  /** @param session names the client's session; empty where it has none @param level of the session's log */
  send(call: Call, said: Said, session: string, level: unknown): Promise<Answered>;
  cancel(session: string, id: unknown): void;
}

const NEEDS_CAPABILITY = -32021;
const NEEDS_MORE = 'The server asks for more in the middle of the call, which is not bridged to clients of this revision';
export const MISUNDERSTOOD = 'The gateway and the server do not understand each other';
/** Statuses of the server itself; others are of guards and proxies before it. */
const ITS_OWN: readonly number[] = [200, 202, 400, 404, 405];

const isComplete = (resultType: string | undefined): boolean => resultType === undefined || parseJson(resultType) === 'complete';

/** Codes of the transport of 2026-07-28 are about what the gateway itself wrote, but for what a server wants of the client. */
const isOfTransport = (reply: Json): boolean => {
  const code = Number(at(reply, 'error', 'code'));
  return code <= -32020 && code >= -32099 && code !== NEEDS_CAPABILITY;
};

const requestKey = (session: string, id: unknown): string => `${session} ${JSON.stringify(id)}`;

export function forwardToModern(hints: Hints, log: Log): ForwardToModern {
  /** How to cancel what is under way. */
  const running = new Map<string, () => void>();

  const send = async (call: Call, said: Said, session: string, level: unknown): Promise<Answered> => {
    const stop = new AbortController();
    const key = requestKey(session, said.message['id']);
    const waiting: Waiting = { id: ownText(memberText(said.text, ['id'])), method: `${said.message['method']}`.slice(0, 64) };
    const done = (): void => void running.delete(key);
    let events: ChangedEvents | undefined;
    // A cancelled request has no reply (2025-11-25, Cancellation), and its stream ends as if it had.
    running.set(key, () => {
      events?.finish();
      setImmediate(() => stop.abort());
    });
    try {
      const delivered = await ask(call, said, level, stop.signal);
      const { response } = delivered;
      const { status, headers } = response;
      if (status === 200 && isEventStream(response)) {
        const rewrite = (event: Json, text: string): string | true => (isReply(event) ? replyOnStream(call, delivered, waiting, event, text) : true);
        events = rewriteEvents(response.body, rewrite).once('close', done);
        return passed(status, headers, events);
      }
      const body = await readBody(response.body, call.table.timeouts.response);
      done();
      if (!ITS_OWN.includes(status)) return passed(status, headers, body);
      const reply = parseReply(body);
      // A 404 that passed would end the client's session.
      if (!reply || isOfTransport(reply)) throw misunderstood(call, delivered, waiting, reply);
      return ownAnswer(200, legacyReply(call, waiting, `${body}`), headers);
    } catch (error) {
      done();
      if (stop.signal.aborted) return ownAnswer(202);
      throw error;
    }
  };

  /** A server whose schemas have changed refuses the call before it does anything. */
  const ask = async (call: Call, said: Said, level: unknown, signal: AbortSignal, isStale = false): Promise<Delivered> => {
    const { method, params } = said.message;
    const ofClient = { [LOG_LEVEL]: level, [CLIENT_INFO]: call.session?.init?.clientInfo };
    const headers = method === 'tools/call' ? await hints.paramHeaders(call, withWholeNumbers(params, said.text), isStale) : {};
    const delivered = await call.send(modernRequest(call, said.text, signal, ofClient, headers));
    if (isStale || method !== 'tools/call' || delivered.response.status !== 400) return delivered;
    const body = await readBody(delivered.response.body, call.table.timeouts.response);
    if (at(parseReply(body), 'error', 'code') === -32020) return ask(call, said, level, signal, true);
    return { ...delivered, response: { ...delivered.response, body } };
  };

  const misunderstood = (call: Call, delivered: Delivered, { method }: Waiting, reply: Json | null): UpstreamFault => {
    const fault = unusable(call, delivered, method, reply);
    log('warn', 'bridge-refused', { ...refusedBy(call, delivered.instance, fault), method, rpc_code: at(reply, 'error', 'code') });
    return fault;
  };

  /** The answer has begun, so that a fault has no status any more. */
  const replyOnStream = (call: Call, delivered: Delivered, waiting: Waiting, reply: Json, text: string): string => {
    if (!isOfTransport(reply)) return legacyReply(call, waiting, text);
    misunderstood(call, delivered, waiting, reply);
    return ownFailureText(call.request.headers, waiting.id, -32603, MISUNDERSTOOD, 'server-misunderstood');
  };

  /** The reply in the form of the revisions with sessions. */
  const legacyReply = (call: Call, waiting: Waiting, text: string): string => {
    const { id } = waiting;
    const reply = membersOf(text);
    const code = Number(at(parseJson(reply.get('error') ?? ''), 'code'));
    const result = membersOf(reply.get('result'));
    if (code === NEEDS_CAPABILITY || !isComplete(result.get('resultType'))) {
      return ownFailureText(call.request.headers, id, -32603, NEEDS_MORE, 'answer-not-bridged');
    }
    if (reply.has('error')) return objectText(reply.set('id', id ?? 'null'));
    const meta = membersOf(result.get('_meta'));
    meta.delete(SERVER_INFO);
    for (const name of ['resultType', 'ttlMs', 'cacheScope', '_meta']) result.delete(name);
    if (meta.size > 0) result.set('_meta', objectText(meta));
    return replyText(id, 'result', objectText(result));
  };

  return { send, cancel: (session, id) => running.get(requestKey(session, id))?.() };
}

/** Whole numbers that a double does not hold, or only with an exponent, as their digits: a header has to repeat them as they are in the body. */
const NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;

function withWholeNumbers(params: unknown, text: string): unknown {
  const written = memberText(text, ['params', 'arguments']) ?? '';
  if (!/\d{16}/.test(written)) return params;
  return { ...asObject(params), arguments: parseJson(written.replace(NUMBERS, (token) => (token.startsWith('"') ? token : `"${token}"`))) };
}

/** A modern client's requests, for a server that knows `initialize` alone. */
import type { Answered, Call } from '../call.js';
import { isEventStream } from '../../wire/media-type.js';
import { asObject, at, failure, isReply, success, type Json } from '../../wire/json-rpc.js';
import type { Log } from '../../process/log.js';
import { CAPABILITIES, CLIENT_INFO, LOG_LEVEL, VERSION } from '../../wire/meta-keys.js';
import { readBody } from '../../wire/read-body.js';
import type { UpstreamResponse } from '../../upstream/upstream.js';
import { UpstreamFault } from '../../wire/fault.js';
import { answer, bridgedCapabilities, parseReply, passed } from './answers.js';
import type { Exchange } from './bridge.js';
import { rewriteEvents } from './events.js';
import { plainHeaders } from './requests.js';
import { complete, modernReply, UNCACHED, type Asker } from './results.js';
import { inSession, Sessions, tell, type Session } from './sessions.js';

/** Gone since 2026-07-28, or not bridged. */
const NOT_SERVED = /^(?:initialize|ping|logging\/setLevel|resources\/(?:un)?subscribe|(?:subscriptions|tasks)\/.*)$/;
/** What a server that lacks the capability would refuse, perhaps on a stream, where the status comes too late. */
const OF_CAPABILITY = /^(?:tools|prompts|resources)(?=\/)/;
/** RFC 5424, as MCP orders them. */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** Answers to what a server asks in one call, under way at once: it may ask without end. */
const MOST_TELLING = 16;

interface Asked extends Asker {
  /** As its server will see them, but for the id and the token. */
  readonly params: Json;
  readonly meta: Json;
  /** Rank of the least log message that was asked for; -1 for none. */
  readonly level: number;
}

export function createToLegacy(log: Log): { readonly exchange: Exchange; close(): Promise<void> } {
  const sessions = new Sessions();

  const forward = async (call: Call, asked: Asked, session: Session): Promise<Answered> => {
    const { meta, method, params } = asked;
    const { signal } = call.request;
    const { introduction, upstreamId } = session;
    let { instance } = session;
    const id = (session.last += 1);
    let telling = 0;
    // Many clients may have chosen the same id, and the same token.
    const token = meta['progressToken'];
    const sent = { id, method, params: { ...params, _meta: token === undefined ? meta : { ...meta, progressToken: id } } };
    session.headers = plainHeaders(call);
    session.active++;
    const release = (): void => {
      session.active--;
      session.seen = performance.now();
    };
    const cancel = (): void => {
      void tell(session, { method: 'notifications/cancelled', params: { requestId: id, reason: 'The client has gone' } }, instance);
    };
    const converted = (reply: Json): [number, Json] => modernReply(asked, reply, introduction['serverInfo']);

    /** What of a stream is for this client. Null for the rest. */
    const wanted = (event: Json): Json | null => {
      const { id: its, method: says } = event;
      const about = asObject(event['params']);
      if (isReply(event)) return its === id ? converted(event)[1] : null;
      // Nothing was declared that a server could ask for.
      if (its !== undefined && telling < MOST_TELLING) {
        telling++;
        void tell(session, says === 'ping' ? success(its, {}) : failure(its, -32601, 'Method not found'), instance).then(() => telling--);
      }
      if (says === 'notifications/progress' && about['progressToken'] === id) return { ...event, params: { ...about, progressToken: token } };
      const isWanted = says === 'notifications/message' && asked.level >= 0 && LEVELS.indexOf(about['level'] as string) >= asked.level;
      return isWanted ? { ...event } : null;
    };

    let response: UpstreamResponse;
    let body: Buffer;
    try {
      ({ instance, response } = await call.send(inSession(session, sent, signal), upstreamId === undefined ? {} : { at: instance }));
      if (response.status === 200 && isEventStream(response)) {
        const events = rewriteEvents(response.body, wanted);
        events.once('close', () => {
          release();
          if (!events.isOver) cancel();
        });
        return passed(200, response.headers, events);
      }
      body = await readBody(response.body, call.table.timeouts.response);
    } catch (error) {
      release();
      // It may run there, and nobody wants its answer (2026-07-28, Cancellation).
      if (signal.aborted && error instanceof UpstreamFault && error.stage !== 'connect') cancel();
      throw error;
    }
    release();
    const { status, headers } = response;
    const reply = parseReply(body);
    const code = at(reply, 'error', 'code');
    // Ended sessions are a 404 (2025-11-25, Session Management), or what many servers say in its place; neither was executed.
    const isLost = (status === 404 && code !== -32601) || (status === 400 && code === -32000);
    if (isLost && upstreamId !== undefined) throw new UpstreamFault('refused');
    // Failures and limits are no less so for a modern client.
    const isFailure = status === 429 || status >= 500;
    if (reply) {
      const [usual, message] = converted(reply);
      return answer(isFailure ? status : usual, message, headers);
    }
    if (isFailure) return passed(status, headers, body);
    log('warn', 'bridge-refused', { server: call.pool.server, method: method.slice(0, 64), status });
    throw new UpstreamFault('answered');
  };

  /** Once more in a new session, where the first has gone and nothing was executed in it. */
  const forwardOnce = async (call: Call, asked: Asked, session: Session): Promise<Answered> => {
    try {
      return await forward(call, asked, session);
    } catch (error) {
      if (!(error instanceof UpstreamFault) || error.stage !== 'refused' || session.upstreamId === undefined) throw error;
      sessions.lose(call, session);
    }
    return forward(call, asked, await sessions.of(call));
  };

  return {
    exchange: async (call, supportedVersions) => {
      const { message } = call;
      if (message?.shape !== 'request') return answer(202);
      const { id, method } = message;
      const session = NOT_SERVED.test(method) ? null : await sessions.of(call);
      const { capabilities, instructions, serverInfo } = session?.introduction ?? {};
      const needed = OF_CAPABILITY.exec(method)?.[0];
      if (!session || (needed !== undefined && at(capabilities, needed) === undefined)) return answer(404, failure(id, -32601, 'Method not found'));
      if (method !== 'server/discover') return forwardOnce(call, readAsked(JSON.parse(`${call.request.body}`), method), session);
      return answer(200, success(id, complete({ supportedVersions, capabilities: bridgedCapabilities(capabilities), instructions, ...UNCACHED }, serverInfo)));
    },
    close: () => sessions.close(),
  };
}

function readAsked(message: unknown, method: string): Asked {
  // What the client brings to a call that asked for input is of no use to a server that starts again.
  const { _meta, inputResponses: _responses, requestState: _state, ...params } = asObject(at(message, 'params'));
  const { [VERSION]: _version, [CLIENT_INFO]: _info, [LOG_LEVEL]: level, [CAPABILITIES]: capabilities, ...meta } = asObject(_meta);
  return { id: at(message, 'id'), method, opensUrls: at(capabilities, 'elicitation', 'url') !== undefined, params, meta, level: LEVELS.indexOf(level as string) };
}

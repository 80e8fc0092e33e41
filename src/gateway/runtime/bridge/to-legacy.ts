/** A modern client's requests, for a server that knows `initialize` alone. */
import type { Answered, Call } from '../call.js';
import { isEventStream } from '../headers.js';
import type { Log } from '../log.js';
import type { Revision } from '../types.js';
import type { Delivered } from '../upstream/deliver.js';
import { UpstreamFault, type UpstreamResponse } from '../upstream/upstream.js';
import { bridgedCapabilities, bridgedHeaders, jsonAnswer, readBody } from './answers.js';
import type { Direction } from './bridge.js';
import { rewriteEvents } from './events.js';
import { asObject, codeOf, failure, isReply, parseReply, success, type Json } from './json-rpc.js';
import { CAPABILITIES, CLIENT_INFO, LOG_LEVEL, plainHeaders, VERSION } from './requests.js';
import { complete, modernReply, UNCACHED, type Asker } from './results.js';
import { inSession, Sessions, tell, type Session } from './sessions.js';

/** Gone since 2026-07-28, or not bridged. */
const NOT_SERVED = /^(?:initialize|ping|logging\/setLevel|resources\/(?:un)?subscribe|subscriptions\/.*|tasks\/.*)$/;
/** What a server that lacks the capability would refuse, perhaps on a stream, where the status comes too late. */
const OF_CAPABILITY = /^(tools|prompts|resources)\//;
/** RFC 5424, as MCP orders them. */
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

interface Asked extends Asker {
  /** The message as its server will see it, but for the id. */
  readonly message: Json;
  readonly meta: Json;
  readonly token: unknown;
  /** Rank of the least log message that was asked for; -1 for none. */
  readonly level: number;
}

export function createToLegacy(log: Log): Direction {
  const sessions = new Sessions();

  const discover = ({ introduction }: Session, served: readonly Revision[]): Json => {
    const { capabilities, instructions, serverInfo } = introduction;
    return complete({ supportedVersions: served, capabilities: bridgedCapabilities(capabilities), instructions, ...UNCACHED }, serverInfo);
  };

  const forward = async (call: Call, asked: Asked, session: Session): Promise<Answered> => {
    const { signal } = call.request;
    const id = (session.last += 1);
    const { message, meta, token } = asked;
    const sent = { ...message, id, params: { ...asObject(message['params']), _meta: token === undefined ? meta : { ...meta, progressToken: id } } };
    session.headers = plainHeaders(call);
    session.active++;
    let instance = session.instance;
    const release = (): void => {
      session.active--;
      session.seen = performance.now();
    };
    const cancel = (): Promise<void> => tell(session, { method: 'notifications/cancelled', params: { requestId: id, reason: 'The client has gone' } }, instance);
    try {
      const delivered = await call.send(inSession(session, sent, signal), session.upstreamId === undefined ? {} : { at: instance });
      instance = delivered.instance;
      const { response } = delivered;
      if (response.status === 200 && isEventStream(response)) return { instance, response: streamed(asked, session, id, delivered, cancel, release) };
      const answer = await whole(call, asked, session, response);
      release();
      return { instance, response: answer };
    } catch (error) {
      release();
      // It may run there, and nobody wants its answer (2026-07-28, Cancellation).
      if (signal.aborted && error instanceof UpstreamFault && error.stage !== 'connect') void cancel();
      throw error;
    }
  };

  const streamed = (asked: Asked, session: Session, id: number, { instance, response }: Delivered, cancel: () => void, release: () => void): UpstreamResponse => {
    let isAnswered = false;
    const events = rewriteEvents(response.body, (event) => {
      const { method } = event;
      if (isReply(event)) {
        isAnswered ||= event['id'] === id;
        return event['id'] === id ? modernReply(asked, event, session.introduction['serverInfo'])[1] : null;
      }
      if (event['id'] !== undefined) {
        // Nothing was declared that a server could ask for.
        void tell(session, method === 'ping' ? success(event['id'], {}) : failure(event['id'], -32601, 'Method not found'), instance);
        return null;
      }
      const params = asObject(event['params']);
      if (method === 'notifications/progress') return params['progressToken'] === id ? { ...event, params: { ...params, progressToken: asked.token } } : null;
      const isWanted = method === 'notifications/message' && asked.level >= 0 && LEVELS.indexOf(String(params['level'])) >= asked.level;
      return isWanted ? { ...event } : null;
    });
    events.once('close', () => {
      release();
      if (!isAnswered) cancel();
    });
    return { status: 200, headers: bridgedHeaders(response.headers), body: events };
  };

  /** An answer that is no stream. Failures and limits pass as they are. */
  const whole = async (call: Call, asked: Asked, session: Session, response: UpstreamResponse): Promise<UpstreamResponse> => {
    const { status, headers } = response;
    const body = await readBody(response.body, call.table.timeouts.response);
    const reply = parseReply(body.toString());
    // Ended sessions are a 404 (2025-11-25, Session Management), or what many servers say in its place; neither was executed.
    if (session.upstreamId !== undefined && (status === 404 || (status === 400 && codeOf(reply) === -32000))) throw new SessionLost();
    if (status === 429 || status >= 500) return { status, headers: bridgedHeaders(headers), body };
    if (!reply) {
      log('warn', 'bridge-refused', { server: call.pool.server, method: asked.method.slice(0, 64), status });
      throw new UpstreamFault('answered');
    }
    return jsonAnswer(...modernReply(asked, reply, session.introduction['serverInfo']), headers);
  };

  /** Once more in a new session, where the first has gone and nothing was executed in it. */
  const forwardOnce = async (call: Call, asked: Asked, session: Session): Promise<Answered> => {
    try {
      return await forward(call, asked, session);
    } catch (error) {
      const isLost = error instanceof SessionLost || (error instanceof UpstreamFault && error.stage === 'refused');
      if (!isLost || session.upstreamId === undefined) throw error;
      sessions.lose(call, session);
    }
    return forward(call, asked, await sessions.of(call));
  };

  return {
    exchange: async (call, served) => {
      const { message } = call;
      if (message?.shape !== 'request') return own(202);
      const { id, method } = message;
      const session = NOT_SERVED.test(method) ? null : await sessions.of(call);
      const needed = OF_CAPABILITY.exec(method)?.[1];
      if (!session || (needed !== undefined && asObject(session.introduction['capabilities'])[needed] === undefined)) {
        return own(404, failure(id, -32601, 'Method not found'));
      }
      if (method === 'server/discover') return own(200, success(id, discover(session, served)));
      return forwardOnce(call, readAsked(asObject(JSON.parse(`${call.request.body}`)), method), session);
    },
    close: () => sessions.close(),
  };
}

/** Thrown where the upstream says so, for the one place that opens another. */
class SessionLost extends UpstreamFault {
  constructor() {
    super('answered');
  }
}

function readAsked(message: Json, method: string): Asked {
  // What the client brings to a call that asked for input is of no use to a server that starts again.
  const { _meta, inputResponses: _responses, requestState: _state, ...params } = asObject(message['params']);
  const { [VERSION]: _version, [CLIENT_INFO]: _info, [LOG_LEVEL]: level, [CAPABILITIES]: capabilities, ...meta } = asObject(_meta);
  return {
    id: message['id'] as Asker['id'],
    method,
    opensUrls: asObject(asObject(capabilities)['elicitation'])['url'] !== undefined,
    message: { ...message, params },
    meta,
    token: meta['progressToken'],
    level: LEVELS.indexOf(String(level)),
  };
}

const own = (status: number, message?: Json): Answered => ({ instance: null, response: jsonAnswer(status, message) });

/** Relays the answer of a call to the client, byte by byte as it comes. */
import type { Readable } from 'node:stream';
import { answer } from '../answer/answer.js';
import type { Answered, Call } from '../answer/call.js';
import { askedIn } from '../decision/facts.js';
import { REASON_OF_FAULT, type Reason } from '../decision/reasons.js';
import { ANY_INSTANCE, type Leg } from '../identity/session.js';
import { discard } from '../upstream/deliver.js';
import type { Pool } from '../upstream/pool.js';
import { NEVER } from '../upstream/roundtrip.js';
import type { UpstreamResponse } from '../upstream/upstream.js';
import { causeOf, type Cause } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import { isEventStream } from '../wire/media-type.js';
import { ended } from '../process/ended.js';
import { callTo } from './calls.js';
import { endCall, idHeaders, isListening, leavingCancels, type Exchange } from './exchange.js';
import { SESSION_IDLE } from './facts.js';
import { endingsOf, lastEvent } from './farewell.js';
import { holderOf } from './holder.js';
import { answerHeaders } from './respond.js';
import { returnedHeaders } from './answer-headers.js';
import type { Services } from './services.js';

/** An allowed request that got no answer from its server. The reason is what the client is told; it is null where the client has left. */
export type Failed = { readonly reason: Reason | null; readonly retryAfter?: number | undefined };

export type Told = (response: UpstreamResponse | null) => void;

/**
 * Sends the request to its server and relays the answer, of which `told` is told: null where there is none.
 * @returns null when the answer is under way to the client
 */
export async function forward(exchange: Exchange, pool: Pool, services: Services, told: Told): Promise<Failed | null> {
  const { client, head } = exchange;
  const isCancelled = leavingCancels(exchange);
  const leaving = isCancelled ? new AbortController() : null;
  const stay = leaving && client.onLeave(() => leaving.abort());
  const call = callTo(pool, exchange, services, leaving?.signal ?? NEVER);
  let answered: Answered;
  try {
    answered = await answer(call, head.kind, services.parts());
  } catch (error) {
    if (!(error instanceof UpstreamFault)) throw error;
    told(null);
    if (call.request.signal.aborted) return { reason: null };
    exchange.cause = causeOf(error);
    // Nobody listens where the session lived: it is gone, and the client should start a new one.
    const isGone = call.session !== null && error.stage === 'refused';
    if (isGone && head.request.method === 'DELETE') endSession(exchange, call, services);
    return { reason: isGone ? 'session-unknown' : REASON_OF_FAULT[error.stage], retryAfter: error.retryAfter };
  }
  stay?.();
  const { response } = answered;
  // A call keeps the tables that it began with; a stream would outlive them.
  const lost = exchange.state !== services.state() && isEventStream(response) ? await lostMeanwhile(exchange, services, response) : null;
  if (lost) {
    discard(response);
    return { reason: lost };
  }
  const sessionId = call.era === 'modern' ? null : sessionHeader(exchange, call, services, answered);
  if (sessionId === UNUSABLE || response.status < 200 || response.status > 599) {
    discard(response);
    told(null);
    exchange.cause = sessionId === UNUSABLE ? UNSEALABLE : causeOf(new UpstreamFault('answered', `it answered with status ${response.status}`));
    return { reason: 'upstream-lost' };
  }
  if (head.kind.session.openedBy === 'any-request' && response.status === 200 && !client.hasLeft) {
    services.metrics.count('mcpgen_sessions_opened_total', {});
    client.onLeave(() => services.metrics.count('mcpgen_sessions_ended_total', {}));
  }
  relay(exchange, services, call, answered, sessionId);
  told(response);
  return null;
}

/** Why its caller may not have the stream that has come for it. */
async function lostMeanwhile(exchange: Exchange, services: Services, { body }: UpstreamResponse): Promise<Reason | null> {
  const lost = services.revocation()?.lostRight(exchange, services.state()) ?? null;
  if (!(lost instanceof Promise) || Buffer.isBuffer(body)) return lost;
  // Until that is known nobody reads the stream, and it may fail.
  body.on('error', NOTHING);
  const reason = await lost;
  return reason ?? (body.destroyed ? 'upstream-lost' : null);
}

function relay(exchange: Exchange, services: Services, { table: { timeouts }, era }: Call, { response }: Answered, sessionId: string | null): void {
  const { client, state, head, judgement } = exchange;
  const { counts } = services;
  const { status, body } = response;
  const isStream = isEventStream(response);
  const own = [...(judgement?.answerHeaders ?? answerHeaders(state.tables, head)), ...idHeaders(exchange)];
  if (sessionId !== null) own.push('mcp-session-id', sessionId);
  const headers = returnedHeaders(response, isStream, own, state.tables.ownedHeaders);
  if (Buffer.isBuffer(body)) return client.answer(status, headers, body);
  const isGone = client.isDone;
  client.begin(status, headers);
  if (!isGone && isStream) client.flush();

  // A request that listens has its place among the streams already. A call whose answer turns out to be a stream is
  // counted, and not cut short: it may have run, and its place among the calls, of which there are no more than streams, was taken before it was sent.
  const isAnnounced = isListening(exchange);
  const closeStream = isStream && !isAnnounced ? counts.turnIntoStream(holderOf(exchange)) : NOTHING;
  exchange.atServer++;
  const timer = setTimeout(() => {
    exchange.cause = isStream ? IDLE_STREAM : TOO_LONG;
    body.destroy();
  }, isStream ? timeouts.idleStream : timeouts.response);
  if (isStream) body.on('data', () => timer.refresh());
  body.once('close', () => {
    clearTimeout(timer);
    closeStream();
    endCall(exchange);
    // The server cut its answer short, so the client's is cut short too: half an answer must not look whole. After a farewell the answer has ended already.
    if (!body.readableEnded && !client.isDone) client.cut();
  });
  // The reader is told by 'close'.
  body.on('error', (error) => void (exchange.cause ??= causeOf(error)));
  const patience = leavingCancels(exchange) ? 0 : timeouts.response;
  if (isGone) return onClientClosed(body, patience, NOTHING);
  const unpipe = client.pipe(body);
  client.onLeave(() => onClientClosed(body, patience, unpipe));
  if (!isStream) return;
  const endings = endingsOf(body, unpipe, client);
  const last = !isAnnounced ? null : era === 'modern' ? lastEvent(askedIn(exchange.facts)) : '';
  exchange.endStream = endings.atOnce;
  if (last !== null) exchange.farewell = () => endings.inOrder(last);
  services.parts().endAtExpiry?.(services, exchange, endings, last);
}

const NOTHING = (): void => {};

const UNSEALABLE: Cause = { code: 'SESSION_ID_TOO_LONG', cause: 'its session id is too long to be sealed into one of 4096 characters', blame: 'server' };
const IDLE_STREAM: Cause = { code: 'STREAM_IDLE', cause: 'nothing came on its stream for timeouts.idleStream', blame: 'server' };
const TOO_LONG: Cause = { code: 'ANSWER_TOO_SLOW', cause: 'its answer was not whole within timeouts.response', blame: 'server' };

/**
 * The client has its answer, or has left. A call that a legacy client leaves behind goes on and is read by nobody: its effects are wanted, and the client may
 * resume it. It does not go on for ever: a stream that only keeps itself alive would hold its connection, and its place among the streams.
 */
function onClientClosed(body: Readable, patience: number, unpipe: () => void): void {
  if (body.readableEnded || body.destroyed) return;
  if (patience === 0) return void body.destroy();
  const timer = setTimeout(() => body.destroy(), patience);
  body.once('close', () => clearTimeout(timer));
  unpipe();
  body.resume();
}

/** In place of a session id, where the server's own id cannot be sealed. No real id is empty. */
const UNUSABLE = '';

/** The session id that the client sees: a sealed one when the server opens a session, and the one that the client sent afterwards. */
function sessionHeader(exchange: Exchange, call: Call, services: Services, { instance, response }: Answered): string | null {
  const { counts, metrics, revocation } = services;
  const upstreamId = response.headers['mcp-session-id'];
  if (exchange.head.kind.session.livesIn !== 'id') return null;
  if (call.session && call.sessionId !== undefined) {
    const isLost = response.status === 404;
    if (call.request.method === 'DELETE' && (isLost || response.status < 300)) endSession(exchange, call, services);
    else if (isLost && counts.endSession(call.sessionId)) metrics.count('mcpgen_sessions_ended_total', {});
    return upstreamId === undefined ? null : call.sessionId;
  }
  if (typeof upstreamId !== 'string' || response.status >= 300) return null;
  const leg: Leg = { server: call.pool.server, instance: instance?.id ?? ANY_INSTANCE, upstreamId };
  const id = call.seal(leg);
  if (id === null) return UNUSABLE;
  counts.openSession(id, holderOf(exchange), performance.now() + SESSION_IDLE);
  revocation()?.use(id, exchange, leg);
  metrics.count('mcpgen_sessions_opened_total', {});
  return id;
}

/** The client has ended its session: its id is refused from now on, by all workers of this gateway, and nothing opens the session again. */
function endSession({ state }: Exchange, { session, sessionId = '' }: Call, { counts, metrics, parts, revocation }: Services): void {
  ended.end(sessionId, (session?.issuedAt ?? Date.now()) + state.tables.raw.sessions.ttl);
  revocation()?.drop(sessionId);
  parts().renewals?.end(sessionId);
  if (counts.endSession(sessionId)) metrics.count('mcpgen_sessions_ended_total', {});
}

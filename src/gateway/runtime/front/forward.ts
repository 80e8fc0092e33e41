/** Relays the answer of a call to the client, byte by byte as it comes. */
import type { Readable } from 'node:stream';
import { answer } from '../answer/answer.js';
import type { Answered, Call } from '../answer/call.js';
import { messageIn, tenantIn } from '../decision/facts.js';
import { REASON_OF_FAULT, type Reason } from '../decision/reasons.js';
import { ANY_INSTANCE, type Leg } from '../identity/session.js';
import { discard } from '../upstream/deliver.js';
import type { Pool } from '../upstream/pool.js';
import { NEVER } from '../upstream/roundtrip.js';
import type { UpstreamResponse } from '../upstream/upstream.js';
import { causeOf, type Cause } from '../wire/cause.js';
import { UpstreamFault } from '../wire/fault.js';
import { isEventStream } from '../wire/media-type.js';
import { callTo } from './calls.js';
import { idHeaders, isListening, leavingCancels, type Exchange } from './exchange.js';
import { SESSION_IDLE } from './facts.js';
import { endBetweenEvents, lastEvent } from './farewell.js';
import { corsHeaders } from './respond.js';
import { returnedHeaders } from './answer-headers.js';
import type { Services } from './services.js';

/** An allowed request that got no answer from its server. The reason is what the client is told; it is null where the client has left. */
export type Failed = { readonly reason: Reason | null };

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
    return { reason: call.session && error.stage === 'refused' ? 'session-unknown' : REASON_OF_FAULT[error.stage] };
  }
  stay?.();
  const { response } = answered;
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

function relay(exchange: Exchange, { counts }: Services, { table: { timeouts }, era }: Call, { response }: Answered, sessionId: string | null): void {
  const { client, state, head, judgement } = exchange;
  const { status, body } = response;
  const isStream = isEventStream(response);
  const own = [...(judgement?.cors ?? corsHeaders(state.tables, head)), ...idHeaders(exchange)];
  if (sessionId !== null) own.push('mcp-session-id', sessionId);
  const headers = returnedHeaders(response, isStream, own);
  if (Buffer.isBuffer(body)) return client.answer(status, headers, body);
  const isGone = client.isDone;
  client.begin(status, headers);
  if (!isGone && isStream) client.flush();

  // A request that listens has its place among the streams already. A call whose answer turns out to be a stream takes one, and is not refused for that.
  const isAnnounced = isListening(exchange);
  const closeStream = isStream && !isAnnounced ? counts.openStream(tenantIn(exchange.facts) ?? '') : NOTHING;
  const timer = setTimeout(() => {
    exchange.cause = isStream ? IDLE_STREAM : TOO_LONG;
    body.destroy();
  }, isStream ? timeouts.idleStream : timeouts.response);
  if (isStream) body.on('data', () => timer.refresh());
  body.once('close', () => {
    clearTimeout(timer);
    closeStream();
    // The server cut its answer short, so the client's is cut short too: half an answer must not look whole. After a farewell the answer has ended already.
    if (!body.readableEnded && !client.isDone) client.cut();
  });
  // The reader is told by 'close'.
  body.on('error', (error) => void (exchange.cause ??= causeOf(error)));
  const patience = leavingCancels(exchange) ? 0 : timeouts.response;
  if (isGone) return onClientClosed(body, patience, NOTHING);
  const unpipe = client.pipe(body);
  client.onLeave(() => onClientClosed(body, patience, unpipe));
  if (!isStream || !isAnnounced) return;
  exchange.farewell = endBetweenEvents(body, unpipe, client, era === 'modern' ? lastEvent(messageIn(exchange.facts)?.id ?? null) : '');
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
function sessionHeader(exchange: Exchange, call: Call, { counts, metrics, parts }: Services, { instance, response }: Answered): string | null {
  const upstreamId = response.headers['mcp-session-id'];
  if (exchange.head.kind.session.livesIn !== 'id') return null;
  if (call.session && call.sessionId !== undefined) {
    const isDeleted = call.request.method === 'DELETE' && response.status < 300;
    if (isDeleted) parts().renewals?.end(call.sessionId);
    if ((response.status === 404 || isDeleted) && counts.endSession(call.sessionId)) metrics.count('mcpgen_sessions_ended_total', {});
    return upstreamId === undefined ? null : call.sessionId;
  }
  if (typeof upstreamId !== 'string' || response.status >= 300) return null;
  const leg: Leg = { server: call.pool.server, instance: instance?.id ?? ANY_INSTANCE, upstreamId };
  const id = call.seal(leg);
  if (id === null) return UNUSABLE;
  counts.openSession(id, tenantIn(exchange.facts) ?? '', performance.now() + SESSION_IDLE);
  metrics.count('mcpgen_sessions_opened_total', {});
  return id;
}

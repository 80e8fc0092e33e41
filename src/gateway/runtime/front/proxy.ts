/** An allowed request → an instance → its answer, byte by byte. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { sendTo, type Answered, type Call } from '../answer/call.js';
import { kindOf, sessionIdOf } from '../decision/head.js';
import { eraOf } from '../decision/revision.js';
import { REASON_OF_FAULT, type Reason } from '../decision/reasons.js';
import { SESSION_IDLE, type Services } from './facts.js';
import { idHeaders, isListening, keyOf, leavingCancels, messageOf, ownerOf, principalOf, tenantOf, type Exchange } from './exchange.js';
import { endBetweenEvents, lastEvent } from './farewell.js';
import { forwardedHeaders, returnedHeaders } from './headers.js';
import { isEventStream } from '../wire/media-type.js';
import type { Parts } from '../parts.js';
import { corsHeaders } from './respond.js';
import { ANY_INSTANCE, initOf, keepsItsSession, type Leg } from '../identity/session.js';
import type { PoolTable } from '../tables/pool.js';
import { deliver, discard } from '../upstream/deliver.js';
import type { Pool } from '../upstream/pool.js';
import { NEVER, type UpstreamResponse } from '../upstream/upstream.js';
import { UpstreamFault } from '../wire/fault.js';

export type Forwarded = { readonly kind: 'answered' | 'client-gone' } | { readonly kind: 'failed'; readonly reason: Reason };

/** Up to so many bytes are copied behind the head of an answer. */
const SHORT = 16_384;

/** What only reads may be sent again though a server may have seen it. */
const READS = /^(?:[a-z]+(?:\/templates)?\/list|resources\/read|server\/discover|completion\/complete)$/;

export async function forward(exchange: Exchange, pool: Pool, services: Services): Promise<Forwarded> {
  const { outgoing } = exchange;
  const isCancelled = leavingCancels(exchange);
  const leaving = isCancelled ? new AbortController() : null;
  const onLeave = (): void => leaving?.abort();
  if (leaving) outgoing.once('close', onLeave);
  const call = callOf(exchange, pool, services, leaving?.signal ?? NEVER);
  let answered: Answered;
  try {
    answered = await answer(call, exchange, services);
  } catch (error) {
    if (!(error instanceof UpstreamFault)) throw error;
    if (call.request.signal.aborted) return { kind: 'client-gone' };
    // Nobody listens where the session lived: it is gone, and the client should start a new one.
    return { kind: 'failed', reason: call.session && error.stage === 'refused' ? 'session-unknown' : REASON_OF_FAULT[error.stage] };
  }
  if (leaving) outgoing.off('close', onLeave);
  const { response } = answered;
  const sessionId = call.era === 'modern' ? null : sessionHeader(exchange, call, services, answered);
  if (sessionId === UNUSABLE || response.status < 200 || response.status > 599) {
    discard(response);
    return { kind: 'failed', reason: 'upstream-lost' };
  }
  if (kindOf(exchange.head) === 'sse' && response.status === 200 && !outgoing.destroyed) {
    services.metrics.count('mcpgen_sessions_opened_total', {});
    outgoing.once('close', () => services.metrics.count('mcpgen_sessions_ended_total', {}));
  }
  relay(exchange, services, call, response, sessionId, isCancelled);
  return { kind: 'answered' };
}

function callOf(exchange: Exchange, pool: Pool, { metrics, parts }: Services, signal: AbortSignal): Call {
  const { head, state, session } = exchange;
  const table = state.tables.pools.get(pool.server) as PoolTable;
  const message = messageOf(exchange);
  const own = forwardedHeaders(head, exchange);
  const headers = (table.transform && parts().transform?.request(own, table.transform)) ?? own;
  const reads = message !== undefined && READS.test(message.method) && !message.continues;
  const repeats = reads ? table.choice.retries : 0;
  return {
    pool,
    table,
    request: { method: head.request.method, headers, body: exchange.body, signal },
    message,
    era: eraOf(head, message),
    session,
    sessionId: sessionIdOf(head),
    owner: ownerOf(exchange),
    path: head.pathTenant === null ? head.path : `/t/${head.pathTenant}${head.path}`,
    send: async (request, { at, repeats: asked = repeats } = {}) => {
      const first = at ?? exchange.instance;
      const delivered = await deliver(pool, { request, first, pinned: at !== undefined, reads, repeats: asked, key: keyOf(exchange, table) }, metrics);
      exchange.instance = delivered.instance;
      return delivered;
    },
    keepBody: () => {
      const { releaseBody } = exchange;
      exchange.releaseBody = () => {};
      return releaseBody;
    },
    seal: (leg, kind = kindOf(head) === 'mcp' ? 'mcp' : 'message') => {
      const init = leg.instance === ANY_INSTANCE || keepsItsSession(table) ? initOf(message) : null;
      return state.sealer.seal({ kind, tenant: tenantOf(exchange) ?? '', principal: principalOf(exchange), issuedAt: Date.now(), init, legs: [leg] });
    },
  };
}

async function answer(call: Call, exchange: Exchange, { parts }: Services): Promise<Answered> {
  const { bridge, renewals, sse, transform } = parts();
  const isOld = kindOf(exchange.head) !== 'mcp';
  const answered = (await (isOld ? sse : bridge)?.answer(call)) ?? (await pass(call, renewals));
  const changes = call.table.transform;
  return transform && changes ? { ...answered, response: await transform.response(answered.response, changes, call.table.timeouts.response) } : answered;
}

/** As it is, to where its session lives; where that has gone, in a new session, if the server's table says so. */
async function pass(call: Call, renewals: Parts['renewals']): Promise<Answered> {
  const leg = call.session?.legs.find(({ server }) => server === call.pool.server);
  if (!leg) return call.send(call.request);
  return renewals ? renewals.send(call, leg) : sendTo(call, leg);
}

function relay(exchange: Exchange, { counts }: Services, { table: { timeouts }, era }: Call, response: UpstreamResponse, sessionId: string | null, isCancelled: boolean): void {
  const { outgoing, state, head } = exchange;
  const isStream = isEventStream(response);
  const extra: OutgoingHttpHeaders = { ...corsHeaders(state.tables, head), ...idHeaders(exchange) };
  if (sessionId !== null) extra['mcp-session-id'] = sessionId;
  if (Buffer.isBuffer(response.body) && response.status !== 204) extra['content-length'] = response.body.length;
  const isGone = outgoing.destroyed || outgoing.writableEnded;
  if (!isGone) outgoing.writeHead(response.status, returnedHeaders(response, isStream, extra));
  const { body } = response;
  if (Buffer.isBuffer(body)) {
    // A short text goes out in one piece with its head.
    if (!isGone) outgoing.end(body.length < SHORT ? body.toString('latin1') : body, 'latin1');
    return;
  }
  if (!isGone && isStream) outgoing.flushHeaders();

  // A stream that was announced has its place; one that a call turned into takes one, and is not refused for it.
  const isAnnounced = isListening(exchange);
  const closeStream = isStream && !isAnnounced ? counts.openStream(tenantOf(exchange) ?? '') : () => {};
  const wait = isStream ? timeouts.idleStream : timeouts.response;
  const timer = setTimeout(() => body.destroy(), wait);
  if (isStream) body.on('data', () => timer.refresh());
  body.once('close', () => {
    clearTimeout(timer);
    closeStream();
    // Cut short behind us: cut short before us, so that nobody takes half an answer for a whole one. A farewell has ended it already.
    if (!body.readableEnded && !outgoing.writableEnded) outgoing.destroy();
  });
  // The reader is told by 'close'; an error without a listener would end the process.
  body.on('error', () => {});
  const onClosed = (): void => onClientClosed(body, isCancelled ? 0 : timeouts.response);
  if (isGone) return onClosed();
  outgoing.once('close', onClosed);
  body.pipe(outgoing);
  if (isStream && isAnnounced) exchange.farewell = endBetweenEvents(body, outgoing, era === 'modern' ? lastEvent(messageOf(exchange)?.id ?? null) : '');
}

/**
 * The client has its answer, or has gone. What a legacy client left running goes on, unread: its effects are wanted, and it may resume. But not for ever: a stream
 * that only keeps itself alive would hold its connection, and its place among the streams.
 */
function onClientClosed(body: Readable, patience: number): void {
  if (body.readableEnded || body.destroyed) return;
  if (patience === 0) return void body.destroy();
  const timer = setTimeout(() => body.destroy(), patience);
  body.once('close', () => clearTimeout(timer));
  body.unpipe().resume();
}

/** A session id of the server's that cannot be sealed. No header value is empty, so this is none. */
const UNUSABLE = '';

/** The id the client sees: sealed when the server opens a session, its own again afterwards. */
function sessionHeader(exchange: Exchange, call: Call, { counts, metrics, parts }: Services, { instance, response }: Answered): string | null {
  const upstreamId = response.headers['mcp-session-id'];
  if (kindOf(exchange.head) !== 'mcp') return null;
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
  counts.openSession(id, tenantOf(exchange) ?? '', performance.now() + SESSION_IDLE);
  metrics.count('mcpgen_sessions_opened_total', {});
  return id;
}

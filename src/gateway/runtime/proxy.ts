/** An allowed request → an instance → its answer, byte by byte. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { eraOf } from './decision/revision.js';
import { messageOf, principalOf, tenantOf, type Exchange } from './exchange.js';
import { forwardedHeaders, isEventStream, returnedHeaders } from './headers.js';
import type { Instance, Pool } from './upstream/pool.js';
import type { Reason } from './decision/reasons.js';
import { corsHeaders } from './respond.js';
import { SESSION_IDLE, type Services } from './facts.js';
import { UpstreamFault, type FaultStage, type UpstreamRequest, type UpstreamResponse } from './upstream/upstream.js';

export type Forwarded = { readonly kind: 'answered' | 'client-gone' } | { readonly kind: 'failed'; readonly reason: Reason };

/** What a failure becomes. Only stages at which no byte was written may be tried elsewhere: a tool must not run twice. */
const FAILURE: Readonly<Record<FaultStage, { readonly reason: Reason; readonly elsewhere: boolean }>> = {
  refused: { reason: 'no-instance', elsewhere: true },
  connect: { reason: 'no-instance', elsewhere: true },
  full: { reason: 'instance-full', elsewhere: true },
  sent: { reason: 'upstream-lost', elsewhere: false },
  timeout: { reason: 'upstream-timeout', elsewhere: false },
  answered: { reason: 'upstream-lost', elsewhere: false },
};

export async function forward(exchange: Exchange, pool: Pool, sources: Services): Promise<Forwarded> {
  const leaving = new AbortController();
  const isModern = eraOf(exchange.head, messageOf(exchange)) === 'modern';
  // A modern client cancels by leaving; a legacy one may come back for the answer, except on a stream that only listens.
  const leavingCancels = isModern || exchange.head.request.method === 'GET';
  const onLeave = (): void => {
    if (leavingCancels) leaving.abort();
  };
  exchange.outgoing.once('close', onLeave);
  const found = await send(exchange, pool, sources, leaving.signal);
  if ('kind' in found) return found;
  exchange.outgoing.off('close', onLeave);
  const { instance, response } = found;
  const sessionId = isModern ? null : sessionHeader(exchange, sources, found);
  if (sessionId === UNUSABLE || response.status < 200 || response.status > 599) {
    instance.active--;
    discard(response);
    return { kind: 'failed', reason: 'upstream-lost' };
  }
  relay(exchange, sources, found, sessionId, leavingCancels);
  return { kind: 'answered' };
}

interface Found {
  readonly instance: Instance;
  readonly response: UpstreamResponse;
}

/** Tries instances until one has the request. The instance that answers stays counted as busy until its answer ends. */
async function send(exchange: Exchange, pool: Pool, { metrics }: Services, signal: AbortSignal): Promise<Found | Forwarded> {
  const { head, session } = exchange;
  const leg = session?.legs.find(({ server }) => server === pool.server);
  const request: UpstreamRequest = {
    method: head.request.method,
    headers: forwardedHeaders(head, exchange.id, leg?.upstreamId ?? null),
    body: exchange.body,
    signal,
  };
  const tried = new Set<Instance>();
  let instance = exchange.instance;
  let reason: Reason = 'no-instance';
  while (instance) {
    exchange.instance = instance;
    instance.active++;
    try {
      return { instance, response: await instance.upstream.send(request) };
    } catch (error) {
      instance.active--;
      if (signal.aborted) return { kind: 'client-gone' };
      const stage = error instanceof UpstreamFault ? error.stage : 'sent';
      metrics.count('mcpgen_upstream_failures_total', { server: pool.server, stage });
      if (stage === 'refused' || stage === 'connect') pool.suspect(instance);
      reason = FAILURE[stage].reason;
      // Nobody listens where the session lived: it is gone, and the client should start a new one.
      if (leg) return { kind: 'failed', reason: stage === 'refused' ? 'session-unknown' : reason };
      if (!FAILURE[stage].elsewhere) break;
      tried.add(instance);
      instance = pool.next(tried);
    }
  }
  return { kind: 'failed', reason };
}

function relay(exchange: Exchange, sources: Services, { instance, response }: Found, sessionId: string | null, leavingCancels: boolean): void {
  const { outgoing, state, head } = exchange;
  const { timeouts } = state.tables.raw;
  const isStream = isEventStream(response);
  const extra: OutgoingHttpHeaders = { ...corsHeaders(state.tables, head), 'x-request-id': exchange.id };
  if (sessionId !== null) extra['mcp-session-id'] = sessionId;
  const isGone = outgoing.destroyed || outgoing.writableEnded;
  if (!isGone) outgoing.writeHead(response.status, returnedHeaders(response, isStream, extra));
  const { body } = response;
  if (Buffer.isBuffer(body)) {
    instance.active--;
    if (!isGone) outgoing.end(body);
    return;
  }
  if (!isGone && isStream) outgoing.flushHeaders();

  // A stream that was announced has its place; one that a call turned into takes one, and is not refused for it.
  const announced = exchange.head.request.method === 'GET' || messageOf(exchange)?.method === 'subscriptions/listen';
  const closeStream = isStream && !announced ? sources.counts.openStream(tenantOf(exchange) ?? '') : () => {};
  const wait = isStream ? timeouts.idleStream : timeouts.response;
  const timer = setTimeout(() => body.destroy(), wait);
  if (isStream) body.on('data', () => timer.refresh());
  body.once('close', () => {
    clearTimeout(timer);
    closeStream();
    instance.active--;
    // Cut short behind us: cut short before us, so that nobody takes half an answer for a whole one.
    if (!body.readableEnded) outgoing.destroy();
  });
  // The reader is told by 'close'; an error without a listener would end the process.
  body.on('error', () => {});
  if (isGone) return onClientClosed(body, leavingCancels);
  outgoing.once('close', () => onClientClosed(body, leavingCancels));
  body.pipe(outgoing);
}

/** An answer that nobody will read. */
function discard({ body }: UpstreamResponse): void {
  if (!Buffer.isBuffer(body)) body.on('error', () => {}).destroy();
}

/** The client has its answer, or has gone. What a legacy client left running runs to its end, unread: its effects are wanted, and it may resume. */
function onClientClosed(body: Readable, leavingCancels: boolean): void {
  if (body.readableEnded) return;
  if (leavingCancels) body.destroy();
  else body.unpipe().resume();
}

/** A session id of the server's that cannot be sealed. No header value is empty, so this is none. */
const UNUSABLE = '';

/** The id the client sees: sealed when the server opens a session, its own again afterwards. */
function sessionHeader(exchange: Exchange, { counts, metrics }: Services, { instance, response }: Found): string | null {
  const upstreamId = response.headers['mcp-session-id'];
  const { state, head, session } = exchange;
  const own = head.request.headers['mcp-session-id'];
  if (session && own !== undefined) {
    const ended = response.status === 404 || (head.request.method === 'DELETE' && response.status < 300);
    if (ended && counts.endSession(own)) metrics.count('mcpgen_sessions_ended_total', {});
    return upstreamId === undefined ? null : own;
  }
  if (typeof upstreamId !== 'string' || response.status >= 300) return null;
  const tenant = tenantOf(exchange) ?? '';
  const server = head.route?.server ?? '';
  const id = state.sealer.seal({ tenant, principal: principalOf(exchange), issuedAt: Date.now(), legs: [{ server, instance: instance.id, upstreamId }] });
  if (id === null) return UNUSABLE;
  counts.openSession(id, tenant, performance.now() + SESSION_IDLE);
  metrics.count('mcpgen_sessions_opened_total', {});
  return id;
}

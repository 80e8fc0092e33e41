/** A request from its first byte to its log line. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { kindOf, readHead, type GatewayRequest } from '../decision/head.js';
import { decide, type Decision, type Fact, type Refusal } from '../decision/decide.js';
import { idHeaders, isListening, leavingCancels, messageOf, tenantOf, type Exchange } from './exchange.js';
import type { Log } from '../process/log.js';
import { forward } from './proxy.js';
import { reasonRow, type Reason } from '../decision/reasons.js';
import { audit, beginSpan, report } from './report.js';
import { preflightAnswer, refusalAnswer, type Answer } from './respond.js';
import type { State } from '../state.js';
import { holdStream, FIND_FACT, type Services } from './facts.js';

export interface GatewayOptions extends Services {
  /** The state of now; a request keeps the one it began with. */
  readonly state: () => State;
  readonly log: Log;
  readonly draining: () => boolean;
  /** Told after each answer. */
  readonly onClosed: () => void;
}

const NOTHING = (): void => {};

export type Handle = (incoming: IncomingMessage, outgoing: ServerResponse, awaitsContinue: boolean) => void;

export interface Handler {
  readonly handle: Handle;
  /** Ends the streams that only listen: they would never finish by themselves. */
  endStreams(): void;
}

export function createHandler(options: GatewayOptions): Handler {
  const standing = new Set<Exchange>();
  const handle: Handle = (incoming, outgoing, awaitsContinue) => {
    const state = options.state();
    const id = requestId(incoming, state);
    const exchange: Exchange = {
      id,
      correlationId: correlationId(incoming) ?? id,
      startedAt: performance.now(),
      incoming,
      outgoing,
      state,
      head: readHead(state.tables, requestOf(incoming), state.trusted),
      awaitsContinue,
      facts: {},
      body: null,
      session: null,
      instance: null,
      releaseBody: NOTHING,
      releaseStream: NOTHING,
      releaseSession: NOTHING,
      isForwarded: false,
      span: null,
      farewell: null,
      reason: null,
      note: null,
    };
    outgoing.once('close', () => {
      standing.delete(exchange);
      exchange.releaseBody();
      exchange.releaseStream();
      if (!exchange.isForwarded) exchange.releaseSession();
      report(options, exchange);
      options.onClosed();
    });
    // A client that resets its connection is no fault of ours.
    outgoing.on('error', () => {});
    run(options, exchange, standing).catch((error: unknown) => {
      options.log('error', 'request-failed', { request_id: exchange.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      if (outgoing.headersSent) outgoing.destroy();
      else refuse(options, exchange, 'internal');
    });
  };
  const endStreams = (): void => {
    for (const exchange of standing) {
      if (exchange.farewell) exchange.farewell();
      // One whose answer has not begun would end as an empty one.
      else if (!exchange.outgoing.headersSent) refuse(options, exchange, 'draining');
      // What turned out to be no stream comes to its end by itself.
    }
  };
  return { handle, endStreams };
}

async function run(options: GatewayOptions, exchange: Exchange, standing: Set<Exchange>): Promise<void> {
  const { tables } = exchange.state;
  const vouched = options.parts().sse?.vouched(exchange.head, exchange.state) ?? null;
  if (vouched) Object.assign(exchange.facts, vouched.facts);
  let decision: Decision = decide(tables, exchange.head, exchange.facts, vouched?.from);
  while (decision.kind === 'need') {
    const found = FIND_FACT[decision.fact](exchange, options);
    // Nearly all are known at once; waiting for those would cost a turn of the loop each.
    (exchange.facts as Record<Fact, unknown>)[decision.fact] = found instanceof Promise ? await found : found;
    decision = decide(tables, exchange.head, exchange.facts, decision.row);
  }
  if (decision.kind === 'refuse') return sendRefusal(options, exchange, decision);
  if (decision.kind === 'answer') return answer(options, exchange, decision.what);
  // It left while its body was read: nothing was asked of anybody yet.
  if (exchange.outgoing.closed && leavingCancels(exchange)) return;
  const pool = options.pools.get(exchange.head.route?.server ?? '');
  if (!pool) return refuse(options, exchange, 'no-instance');
  if (isListening(exchange)) {
    if (options.draining()) return refuse(options, exchange, 'draining');
    standing.add(exchange);
  }
  // A modern client listens with a POST, which is known for a stream only now.
  if (messageOf(exchange)?.method === 'subscriptions/listen' && !holdStream(exchange, options.counts)) return refuse(options, exchange, 'streams-full');
  // Another replica has said who calls what.
  if (!vouched) audit(options, exchange);
  // A stream of 2024-11-05 is its session: both end with the connection.
  exchange.isForwarded = kindOf(exchange.head) !== 'sse';
  exchange.span = beginSpan(options, exchange);
  const outcome = await forward(exchange, pool, options).finally(() => {
    if (exchange.isForwarded || exchange.outgoing.destroyed) exchange.releaseSession();
  });
  if (outcome.kind === 'failed') refuse(options, exchange, outcome.reason);
}

/** A hop that is trusted may have named the request already; then both logs say the same name. */
function requestId({ headers, socket }: IncomingMessage, state: State): string {
  const given = headers['x-request-id'];
  const isName = typeof given === 'string' && /^[A-Za-z0-9-]{8,64}$/.test(given);
  return isName && state.trusted(socket.remoteAddress ?? '') ? given : randomUUID();
}

/** Anybody may say what a request belongs to: it is repeated, logged and passed on, and nothing is decided by it. */
function correlationId({ headers }: IncomingMessage): string | null {
  const given = headers['x-correlation-id'];
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : null;
}

function requestOf(incoming: IncomingMessage): GatewayRequest {
  let hosts = 0;
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) if (incoming.rawHeaders[i]?.toLowerCase() === 'host') hosts++;
  return {
    method: incoming.method ?? '',
    target: incoming.url ?? '/',
    // Of headers that may come once only Node keeps the first; others it joins with a comma.
    headers: incoming.headers as GatewayRequest['headers'],
    hosts,
    peer: incoming.socket.remoteAddress ?? '',
  };
}

function answer(options: GatewayOptions, exchange: Exchange, what: Extract<Decision, { kind: 'answer' }>['what']): void {
  if (what === 'preflight') return write(exchange, preflightAnswer(exchange.state.tables, exchange.head));
  if (what === 'servers') return write(exchange, serversAnswer(exchange, options));
  const { method } = exchange.head.request;
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'mcpgen-config-hash': exchange.state.tables.raw.hash };
  if (method !== 'GET' && method !== 'HEAD') {
    exchange.outgoing.setHeader('allow', 'GET, HEAD');
    return refuse(options, exchange, 'method-not-allowed');
  }
  const draining = options.draining() && what !== 'live';
  write(exchange, { status: draining ? 503 : 200, headers, body: draining ? '{"status":"draining"}\n' : '{"status":"ok"}\n' });
}

function refuse(options: GatewayOptions, exchange: Exchange, reason: Reason): void {
  sendRefusal(options, exchange, refusalOf(exchange, reason, options));
}

/** Refusals that no row makes: those of the way behind the gateway. */
function refusalOf(exchange: Exchange, reason: Reason, { pools }: GatewayOptions): Refusal {
  const { status, code } = reasonRow(reason);
  const id = messageOf(exchange)?.id ?? null;
  const server = exchange.head.route?.server ?? '';
  const retryAfter = (reason === 'no-instance' && pools.get(server)?.retryAfter) || 1;
  return { kind: 'refuse', step: 'instance', reason, status, code, at: `servers.${server}`, id, ...(status === 503 || status === 429 ? { retryAfter } : {}) };
}

function sendRefusal({ metrics }: GatewayOptions, exchange: Exchange, refusal: Refusal): void {
  const { head, state } = exchange;
  exchange.reason = refusal.reason;
  metrics.count('mcpgen_refusals_total', { reason: refusal.reason });
  const { limit, origin } = reasonRow(refusal.reason);
  if (limit) metrics.count('mcpgen_rate_limited_total', { limit });
  if (origin) {
    metrics.count('mcpgen_origin_refusals_total', { server: head.route?.server ?? '', reason: refusal.reason });
    exchange.note = `Origin validation failed for: ${printable(head.origin)}`;
  }
  if (exchange.outgoing.headersSent) exchange.outgoing.destroy();
  else write(exchange, refusalAnswer(state.tables, head, refusal, exchange.id));
}

/** An origin is the client's text: bounded before it is logged, and JSON escapes the rest. */
const printable = (origin: string | null): string => (origin === null ? 'none' : origin.slice(0, 200));

function write(exchange: Exchange, { status, headers, body }: Answer): void {
  const { outgoing } = exchange;
  outgoing.writeHead(status, { ...headers, ...idHeaders(exchange), ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }) });
  outgoing.end(body);
}

/** The servers a caller may use and how many of their instances are well; all of them in profile `local`. */
function serversAnswer(exchange: Exchange, { pools }: GatewayOptions): Answer {
  const { tables } = exchange.state;
  const tenant = tenantOf(exchange);
  const granted = tenant === null ? undefined : tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '');
  const seen = pools.all().filter(({ server }) => tables.raw.profile === 'local' || granted?.has(server));
  const servers = Object.fromEntries(seen.map((pool) => [pool.server, pool.health()]));
  const well = Object.values(servers).every(({ healthy, total }) => total > 0 && healthy === total);
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status: 200, headers, body: `${JSON.stringify({ status: well ? 'ok' : 'degraded', servers })}\n` };
}

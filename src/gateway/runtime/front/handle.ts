/** A request from its first byte to its log line. */
import { randomUUID } from 'node:crypto';
import { decide, type Decision } from '../decision/decide.js';
import { eraIn, messageIn, tenantIn, type Fact, type Facts } from '../decision/facts.js';
import { readHead, type GatewayRequest } from '../decision/head.js';
import { reasonRow } from '../decision/reasons.js';
import { rankOf } from '../decision/steps.js';
import type { Client } from './client.js';
import { createOpenExchanges, type OpenExchanges } from './open-exchanges.js';
import { answerItself, refuse, sendRefusal } from './own-answers.js';
import { endCall, forgetBody, isListening, isNamed, leavingCancels, releaseCall, type Exchange } from './exchange.js';
import { holderOf } from './holder.js';
import { FIND_FACT, reserveCall, reserveStream } from './facts.js';
import { renew } from './renew-exchange.js';
import { forwardedLines } from './request-headers.js';
import { keptUntil, stillHolds, type Judgement } from './judgement.js';
import { forward } from './forward.js';
import { auditCalls, beginSpan, report } from './report.js';
import { answerHeaders } from './respond.js';
import type { UpstreamResponse } from '../upstream/upstream.js';
import { NO_HEADERS } from '../wire/own-headers.js';
import type { Services } from './services.js';
import type { State } from './state.js';

export interface Handler {
  /** Serves one request of a client; never throws. */
  serve(client: Client): void;
  /** Ends the streams that only listen: they would never finish by themselves. */
  endStreams(): void;
  /** After a reload: ends the streams and sessions of callers that have lost the right to them. Resolves when all of them are known. */
  revoke(): Promise<void>;
}

const NOTHING = (): void => {};
/** The first row that asks for more than the head. What the rows before it decide is kept for the same head. */
const FIRST_FACT = rankOf('address');

export function createHandler(services: Services): Handler {
  const open = createOpenExchanges();
  const serve = (client: Client): void => {
    const exchange = begin(client, services.state());
    client.onLeave(() => {
      open.delete(exchange);
      exchange.isOver = true;
      exchange.dropBody?.();
      exchange.releaseStream();
      releaseCall(exchange);
      if (!exchange.isOpeningSession) exchange.releaseSession();
      report(services, exchange);
    });
    if (client.isOneTooMany) {
      client.closeAfterwards();
      return refuse(services, exchange, 'instance-full');
    }
    // A body is needed until its request has been answered or turned away, unless it was handed on before.
    const ended = (): void => void (exchange.keepsBody || forgetBody(exchange));
    run(services, exchange, open).then(ended, (error: unknown) => {
      ended();
      services.log('error', 'request-failed', { request_id: exchange.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      if (client.hasBegun) client.cut();
      else refuse(services, exchange, 'internal');
    });
  };
  const endStreams = (): void => {
    for (const exchange of open.all()) {
      if (exchange.isOver || !isListening(exchange)) continue;
      if (exchange.farewell) exchange.farewell();
      // An exchange whose answer has not begun would end with an empty answer.
      else if (!exchange.client.hasBegun) refuse(services, exchange, 'draining');
      // An answer that turned out to be no stream ends by itself.
    }
  };
  return { serve, endStreams, revoke: async () => services.revocation()?.revoke(services, open.all()) };
}

function begin(client: Client, state: State): Exchange {
  const startedAt = performance.now();
  const { memory, length, request } = client;
  const { judgement } = memory;
  const kept = stillHolds(judgement, state, startedAt, length) ? judgement : null;
  const id = requestId(request, state);
  return {
    id,
    correlationId: correlationId(request) ?? id,
    startedAt,
    client,
    state,
    head: kept?.head ?? readHead(state.tables, request, state.trusted),
    judgement: kept,
    facts: noFacts(),
    holder: null,
    body: null,
    weight: 0,
    booking: null,
    keepsBody: false,
    dropBody: null,
    session: null,
    isRelayed: false,
    told: NO_HEADERS,
    claimed: null,
    instance: null,
    releaseStream: NOTHING,
    releaseCall: NOTHING,
    atServer: 0,
    openAt: null,
    isOver: false,
    releaseSession: NOTHING,
    isOpeningSession: false,
    span: null,
    farewell: null,
    endStream: null,
    reason: null,
    deniedAt: null,
    cause: null,
    failure: null,
    note: null,
  };
}

/** Each fact has a place from the beginning, because an object that grows is copied each time. To every row an undefined fact is one that is not known. */
function noFacts(): Facts {
  const unknown = undefined;
  const facts: { [F in Fact]: Facts[F] | undefined } = {
    address: unknown, principal: unknown, lookup: unknown, tenants: unknown, quota: unknown, body: unknown, session: unknown, instance: unknown,
  };
  // The type tells a fact that is undefined from one that is not there; no row does.
  return facts as Facts;
}

async function run(services: Services, exchange: Exchange, open: OpenExchanges): Promise<void> {
  const { facts, client } = exchange;
  const { parts, counts, pools } = services;
  let vouched = parts().sse?.vouched(exchange.head, exchange.state) ?? null;
  if (vouched) Object.assign(facts, vouched.facts);
  exchange.isRelayed = vouched !== null;
  let decision: Decision = decide(exchange.state.tables, exchange.head, facts, vouched?.from ?? (exchange.judgement ? FIRST_FACT : 0));
  while (decision.kind === 'need') {
    const found = FIND_FACT[decision.fact](exchange, services);
    let { row } = decision;
    // Nearly all facts are known at once. To await those as well would cost a turn of the event loop for each.
    (facts as Record<Fact, unknown>)[decision.fact] = found instanceof Promise ? await found : found;
    // What came while the tables changed is judged by those of now, from the first row on.
    while (exchange.state !== services.state()) {
      await renew(exchange, services.state());
      vouched &&= parts().sse?.vouched(exchange.head, exchange.state) ?? null;
      if (vouched) Object.assign(facts, vouched.facts);
      exchange.isRelayed = vouched !== null;
      row = vouched?.from ?? 0;
    }
    decision = decide(exchange.state.tables, exchange.head, facts, row);
  }
  const { head, state } = exchange;
  // Also what is denied is said on the stream of whoever was vouched for.
  const isSaid = decision.kind === 'allow' || (decision.kind === 'refuse' && reasonRow(decision.reason).inBand === true);
  const isForged = vouched !== null && isSaid && !parts().sse?.isVouchedFor(vouched, exchange.body);
  state.tables.items?.forget(messageIn(facts)?.elements);
  if (decision.kind === 'refuse' && !isForged) return sendRefusal(services, exchange, decision);
  if (decision.kind === 'answer') return answerItself(services, exchange, decision.what);
  if (isForged) return refuse(services, exchange, 'credentials-invalid');
  const told = exchange.judgement?.told ?? state.forwarding?.told(tenantIn(facts) ?? '', facts.principal) ?? NO_HEADERS;
  if ('code' in told) {
    exchange.cause = told;
    return refuse(services, exchange, 'claim-unsendable');
  }
  exchange.told = told;
  if (!vouched) exchange.judgement ??= judge(exchange);
  // The client left while its body was read: no server has been asked for anything yet.
  if (client.hasLeft && leavingCancels(exchange)) return;
  const pool = pools.get(head.route?.server ?? '');
  if (!pool) return refuse(services, exchange, 'no-instance');
  const message = messageIn(facts);
  if (facts.body === undefined) client.passOverBody();
  if (isListening(exchange) && services.isDraining()) return refuse(services, exchange, 'draining');
  // A modern client listens with a POST, which is known for a stream only now. Any other call may be answered by one.
  if (message && !(message.method === 'subscriptions/listen' ? reserveStream : reserveCall)(exchange, counts)) {
    return refuse(services, exchange, 'streams-full');
  }
  // A replica that vouches for a message has counted it already.
  if (!vouched && message) services.metrics.count('mcpgen_messages_total', { server: pool.server, era: eraIn(facts) });
  if (message && message.calls.length > 0) {
    auditCalls(services, exchange);
    for (const call of message.calls) call.argumentsJson = '';
  }
  // The place of a session that lives in its connection is given back with the connection.
  exchange.isOpeningSession = head.kind.session.livesIn === 'id';
  exchange.span = beginSpan(services, exchange);
  exchange.atServer++;
  if (!client.isDone) open.add(exchange);
  try {
    const tools = vouched || !message ? [] : message.calls.map(({ tool }) => tool ?? '');
    const onAnswer = (response: UpstreamResponse | null): void => {
      if (tools.length === 0) return;
      const holder = !isNamed(exchange) ? undefined : holderOf(exchange);
      services.metrics.toolCalls(pool.server, tools, state.tables.raw.limits.toolNames, response, holder);
    };
    const failed = await forward(exchange, pool, services, onAnswer);
    if (failed?.reason) refuse(services, exchange, failed.reason, failed.retryAfter);
  } finally {
    endCall(exchange);
    if (exchange.isOpeningSession || client.hasLeft) exchange.releaseSession();
  }
}

/** What follows from the head of an allowed request, kept for the next request that has the same. */
function judge({ client, state, startedAt, head, facts, told }: Exchange): Judgement {
  const { principal, lookup, tenants } = facts;
  const until = Math.min(keptUntil(principal, startedAt), lookup?.kind === 'tenant' ? lookup.until : Infinity);
  const server = head.route?.server ?? '';
  const { pass = [] } = state.tables.pools.get(server) ?? {};
  const lines = forwardedLines(head, pass, state.keptBack.get(server));
  const judgement = { state, until, head, principal, lookup, tenants, forwardedLines: lines, told, answerHeaders: answerHeaders(state.tables, head) };
  client.memory.judgement = judgement;
  return judgement;
}

/** A trusted hop may have named the request already; then its log and ours use the same name. */
function requestId({ headers, peer }: GatewayRequest, state: State): string {
  const given = headers['x-request-id'];
  return given !== undefined && /^[A-Za-z0-9-]{8,64}$/.test(given) && state.trusted(peer) ? given : randomUUID();
}

/** Any caller may send a correlation id. It is repeated, logged and passed on, and nothing is decided by it. */
function correlationId({ headers }: GatewayRequest): string | null {
  const given = headers['x-correlation-id'];
  return given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : null;
}

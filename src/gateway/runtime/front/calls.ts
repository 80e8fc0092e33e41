/** An allowed exchange → a call to one server. One exchange may make several, each to a server of its own. */
import { sessionIdOf } from '../decision/head.js';
import { eraIn, messageIn, tenantIn } from '../decision/facts.js';
import { callerIn } from '../decision/items.js';
import { ANY_INSTANCE, initOf, keepsItsSession } from '../identity/session.js';
import type { Call, CallItems } from '../answer/call.js';
import type { PoolTable } from '../tables/pool.js';
import { deliver } from '../upstream/deliver.js';
import type { Instance } from '../upstream/instance.js';
import type { Pool } from '../upstream/pool.js';
import type { UpstreamRequest } from '../upstream/upstream.js';
import { CALLER, callerText } from '../wire/caller.js';
import { UpstreamFault } from '../wire/fault.js';
import { callerNameOf, forgetBody, keyOf, ownerOf, principalOf, type Exchange } from './exchange.js';
import { mostOfBodies } from './facts.js';
import { OwnRequest } from './own-request.js';
import { forwardedHeaders } from './request-headers.js';
import type { Services } from './services.js';

/** Methods that only read: such a request may be sent again, even where a server may have seen it already. */
const READS = /^(?:[a-z]+(?:\/templates)?\/list|resources\/read|server\/discover|completion\/complete)$/;
/** Bytes of values that are not counted beside their text. */
const LIGHT = 65_536;
const NONE: ReadonlySet<Instance> = new Set();

/** Makes the call to one pool. @param signal aborted when nobody wants the answer any more */
export function callTo(pool: Pool, exchange: Exchange, services: Services, signal: AbortSignal): Call {
  const { metrics, parts, pools } = services;
  const { head, state, session, facts } = exchange;
  const table = state.tables.pools.get(pool.server) as PoolTable;
  const message = messageIn(facts);
  const reads = message !== undefined && READS.test(message.method) && !message.continues;
  const repeats = reads ? table.choice.retries : 0;
  const key = keyOf(exchange, table);
  const vouching = parts().vouchFor?.(pool.server, table, exchange) ?? null;
  // What only reads may be sent elsewhere, what belongs to a session may be sent once more in a new one, and an introduction may have to be answered here.
  // What a server turns away for its token may be sent again too.
  const isSentAgain = reads || vouching?.wantsToken === true || message?.method === 'initialize' || (session?.init != null && keepsItsSession(table));
  const isOfRoute = pool.server === head.route?.server;
  const items = itemsFor(pool.server, exchange, services);
  const own = requestOf(exchange, { server: pool.server, table, isOfRoute, isRead: items?.isRead ?? false }, parts().transform, signal);
  let sent: UpstreamRequest = own;
  const forget = (): void => {
    own.body = sent.body = null;
    forgetBody(exchange);
  };
  if (own.body) {
    own.handedOn = () => {
      if (!isSentAgain) forget();
      // Where nobody waits for the answer any more, what a server has not understood is not said again.
      else if (!exchange.keepsBody && exchange.isOver) forget();
      else if (!exchange.keepsBody) exchange.dropBody = forget;
    };
  }
  /** The instance that answered this call last. */
  let last: Instance | null = null;
  /** The instance that is tried first: the one that answered this call before, or the one that row `instance` chose for the server of the route. */
  const next = (): Instance | null => last ?? (isOfRoute ? exchange.claimed : pool.next(NONE, key));
  return {
    pool,
    table,
    request: own,
    message,
    era: eraIn(facts),
    route: head.kind.answeredBy,
    items,
    session,
    sessionId: sessionIdOf(head),
    owner: ownerOf(exchange),
    path: head.pathTenant === null ? head.path : `/t/${head.pathTenant}${head.path}`,
    send: async (request, { at, repeats: asked = repeats } = {}) => {
      sent = request;
      const sending = () => deliver(pool, { request, first: at ?? next(), pinned: at !== undefined, reads, repeats: asked, key }, metrics);
      const delivered = await (vouching ? vouching.send(request, sending) : sending());
      exchange.instance = last = delivered.instance;
      exchange.failure = delivered.response.failure ?? null;
      return delivered;
    },
    vouching,
    to: (server) => {
      const other = pools.get(server);
      return other ? callTo(other, exchange, services, signal) : null;
    },
    keepBody: () => {
      exchange.keepsBody = true;
      return () => exchange.booking?.keep(0);
    },
    value: () => {
      const { booking, body, weight } = exchange;
      if (weight > LIGHT && !booking?.add(mostOfBodies(exchange, weight), weight)) throw new UpstreamFault('full');
      return JSON.parse(`${body}`);
    },
    seal: (leg, transport = head.kind.session.transport) => {
      const init = leg.instance === ANY_INSTANCE || keepsItsSession(table) ? initOf(message) : null;
      const tenant = tenantIn(facts) ?? '';
      // Another replica has no token to read: what it may go by travels with the word of this one.
      const bearer = transport === 'relay' && facts.principal?.kind === 'token' ? facts.principal : null;
      return state.sealer.seal({ transport, tenant, principal: principalOf(exchange), issuedAt: Date.now(), init, legs: [leg], bearer });
    },
  };
}

/** What the caller may use of the server, by the tables that allowed the exchange. */
function itemsFor(server: string, { state: { tables }, facts, head: { request: { method } } }: Exchange, { parts }: Services): CallItems | null {
  const rules = tables.items?.of(tenantIn(facts) ?? '', server);
  if (!rules) return null;
  const caller = callerIn(tables, facts.principal);
  return {
    lists: (kind, name) => rules.lists(kind, name, caller),
    denials: () => tables.items?.denials(messageIn(facts)?.elements, eraIn(facts) === 'modern') ?? [],
    isRead: tables.items?.readsAnswer(messageIn(facts), method) ?? true,
    hasRules: rules.hasRules,
    isUnlisted: (call, ask) => rules.hasRules && (parts().items?.isUnlisted(call, ask) ?? Promise.reject(new UpstreamFault('refused'))),
  };
}

interface Way {
  readonly server: string;
  readonly table: PoolTable;
  readonly isOfRoute: boolean;
  /** Its answer is read here, so it may not come compressed. */
  readonly isRead: boolean;
}

/** The request as it goes on to the server. Its headers are not written again where their text is known from the head, for the server of the route. */
function requestOf(
  exchange: Exchange,
  { server, table, isOfRoute, isRead }: Way,
  transform: ReturnType<Services['parts']>['transform'],
  signal: AbortSignal,
): OwnRequest {
  const { head, body, judgement, span, id, correlationId, state, facts } = exchange;
  const { method } = head.request;
  const headers = forwardedHeaders(exchange, table.pass, server);
  // Children of one process may serve several callers, and must know them apart.
  if (table.host) headers[CALLER] = callerText(state.tables.tenants.size > 1 ? (tenantIn(facts) ?? '') : '', callerNameOf(exchange));
  // Where a query names the session it is the gateway's own.
  const query = head.kind.session.carrier === 'query' ? '' : head.query;
  const plain = isRead ? { 'accept-encoding': 'identity' } : null;
  if (transform && table.transform) {
    return new OwnRequest(method, query, { ...transform.request(headers, table.transform), ...plain }, undefined, body, signal);
  }
  if (plain) return new OwnRequest(method, query, { ...headers, ...plain }, undefined, body, signal);
  if (!judgement?.forwardedLines || span || !isOfRoute || table.host) return new OwnRequest(method, query, headers, undefined, body, signal);
  const lines = `${judgement.forwardedLines}x-request-id: ${id}\r\nx-correlation-id: ${correlationId}\r\n`;
  return new OwnRequest(method, query, headers, { of: headers, lines }, body, signal);
}

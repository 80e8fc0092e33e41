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
import { clientOf, forgetBody, keyOf, ownerOf, principalOf, type Exchange } from './exchange.js';
import { mostOfBodies } from './facts.js';
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
  // What only reads may be sent elsewhere, what belongs to a session may be sent once more in a new one, and an introduction may have to be answered here.
  const isSentAgain = reads || message?.method === 'initialize' || (session?.init != null && keepsItsSession(table));
  const isOfRoute = pool.server === head.route?.server;
  const items = itemsFor(pool.server, exchange, services);
  const own = requestOf(exchange, { table, isOfRoute, isRead: items?.isRead ?? false }, parts().transform, signal);
  let sent = own;
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
      const delivered = await deliver(pool, { request, first: at ?? next(), pinned: at !== undefined, reads, repeats: asked, key }, metrics);
      exchange.instance = last = delivered.instance;
      exchange.failure = delivered.response.failure ?? null;
      return delivered;
    },
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
      return state.sealer.seal({ transport, tenant, principal: principalOf(exchange), issuedAt: Date.now(), init, legs: [leg] });
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
  readonly table: PoolTable;
  readonly isOfRoute: boolean;
  /** Its answer is read here, so it may not come compressed. */
  readonly isRead: boolean;
}

/** The request as it goes on to the server. Its headers are not written again where their text is known from the head, for the server of the route. */
function requestOf(
  exchange: Exchange,
  { table, isOfRoute, isRead }: Way,
  transform: ReturnType<Services['parts']>['transform'],
  signal: AbortSignal,
): UpstreamRequest {
  const { head, body, judgement, span, id, correlationId, state, facts } = exchange;
  const { method } = head.request;
  const headers = forwardedHeaders(exchange, table.pass);
  // Children of one process may serve several callers, and must know them apart.
  if (table.host) headers[CALLER] = callerText(state.tables.tenants.size > 1 ? (tenantIn(facts) ?? '') : '', clientOf(exchange));
  // Where a query names the session it is the gateway's own.
  const query = head.kind.session.carrier === 'query' ? '' : head.query;
  const plain = isRead ? { 'accept-encoding': 'identity' } : {};
  if (transform && table.transform) return { method, query, headers: { ...transform.request(headers, table.transform), ...plain }, body, signal };
  if (isRead) return { method, query, headers: { ...headers, ...plain }, body, signal };
  if (!judgement?.forwardedLines || span || !isOfRoute || table.host) return { method, query, headers, body, signal };
  const lines = `${judgement.forwardedLines}x-request-id: ${id}\r\nx-correlation-id: ${correlationId}\r\n`;
  return { method, query, headers, written: { of: headers, lines }, body, signal };
}

/** An allowed exchange → a call to one server. One exchange may make several, each to a server of its own. */
import { sessionIdOf } from '../decision/head.js';
import { eraIn, messageIn, tenantIn } from '../decision/facts.js';
import { ANY_INSTANCE, initOf, keepsItsSession } from '../identity/session.js';
import type { Call } from '../answer/call.js';
import type { PoolTable } from '../tables/pool.js';
import { deliver } from '../upstream/deliver.js';
import type { Instance } from '../upstream/instance.js';
import type { Pool } from '../upstream/pool.js';
import type { UpstreamRequest } from '../upstream/upstream.js';
import { keyOf, ownerOf, principalOf, type Exchange } from './exchange.js';
import { forwardedHeaders } from './request-headers.js';
import type { Services } from './services.js';

/** Methods that only read: such a request may be sent again, even where a server may have seen it already. */
const READS = /^(?:[a-z]+(?:\/templates)?\/list|resources\/read|server\/discover|completion\/complete)$/;
const NOTHING = (): void => {};
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
  const isOfRoute = pool.server === head.route?.server;
  /** The instance that answered this call last. */
  let last: Instance | null = null;
  /** The instance that is tried first: the one that answered this call before, or the one that row `instance` chose for the server of the route. */
  const next = (): Instance | null => last ?? (isOfRoute ? exchange.claimed : pool.next(NONE, key));
  return {
    pool,
    table,
    request: requestOf(exchange, table, parts().transform, signal),
    message,
    era: eraIn(facts),
    session,
    sessionId: sessionIdOf(head),
    owner: ownerOf(exchange),
    path: head.pathTenant === null ? head.path : `/t/${head.pathTenant}${head.path}`,
    send: async (request, { at, repeats: asked = repeats } = {}) => {
      const delivered = await deliver(pool, { request, first: at ?? next(), pinned: at !== undefined, reads, repeats: asked, key }, metrics);
      exchange.instance = last = delivered.instance;
      return delivered;
    },
    to: (server) => {
      const other = pools.get(server);
      return other ? callTo(other, exchange, services, signal) : null;
    },
    keepBody: () => {
      const { releaseBody } = exchange;
      exchange.releaseBody = NOTHING;
      return releaseBody;
    },
    seal: (leg, transport = head.kind.session.transport) => {
      const init = leg.instance === ANY_INSTANCE || keepsItsSession(table) ? initOf(message) : null;
      const tenant = tenantIn(facts) ?? '';
      return state.sealer.seal({ transport, tenant, principal: principalOf(exchange), issuedAt: Date.now(), init, legs: [leg] });
    },
  };
}

/** The request as it goes on to the server. Its headers are not written again where their text is known from the head. */
function requestOf(exchange: Exchange, table: PoolTable, transform: ReturnType<Services['parts']>['transform'], signal: AbortSignal): UpstreamRequest {
  const { head, body, judgement, span, id, correlationId } = exchange;
  const { method } = head.request;
  const headers = forwardedHeaders(exchange);
  // Where a query names the session it is the gateway's own.
  const query = head.kind.session.carrier === 'query' ? '' : head.query;
  if (transform && table.transform) return { method, query, headers: transform.request(headers, table.transform), body, signal };
  if (!judgement?.forwardedLines || span) return { method, query, headers, body, signal };
  const lines = `${judgement.forwardedLines}x-request-id: ${id}\r\nx-correlation-id: ${correlationId}\r\n`;
  return { method, query, headers, written: { of: headers, lines }, body, signal };
}

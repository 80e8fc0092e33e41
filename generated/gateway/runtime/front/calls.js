// mcpgen: An allowed exchange → a call to one server.
import {sessionIdOf} from '../decision/head.js';
import {eraIn, messageIn, tenantIn} from '../decision/facts.js';
import {ANY_INSTANCE, initOf, keepsItsSession} from '../identity/session.js';
import {deliver} from '../upstream/deliver.js';
import {keyOf, ownerOf, principalOf} from './exchange.js';
import {forwardedHeaders} from './request-headers.js';
const READS = /^(?:[a-z]+(?:\/templates)?\/list|resources\/read|server\/discover|completion\/complete)$/;
const NOTHING = () => { };
const NONE = new Set();
export function callTo(pool, exchange, services, signal) {
	const { metrics, parts, pools } = services;
	const { head, state, session, facts } = exchange;
	const table = state.tables.pools.get(pool.server);
	const message = messageIn(facts);
	const reads = message !== undefined && READS.test(message.method) && !message.continues;
	const repeats = reads ? table.choice.retries : 0;
	const key = keyOf(exchange, table);
	const isOfRoute = pool.server === head.route?.server;
	let last = null;
	const next = () => last ?? (isOfRoute ? exchange.claimed : pool.next(NONE, key));
	return {
		pool, table, request: requestOf(exchange, table, parts().transform, signal), message, era: eraIn(facts), session,
		sessionId: sessionIdOf(head), owner: ownerOf(exchange),
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
function requestOf(exchange, table, transform, signal) {
	const { head, body, judgement, span, id, correlationId } = exchange;
	const { method } = head.request;
	const headers = forwardedHeaders(exchange);
	if (transform && table.transform) return { method, headers: transform.request(headers, table.transform), body, signal };
	if (!judgement?.forwardedLines || span) return { method, headers, body, signal };
	const lines = `${judgement.forwardedLines}x-request-id: ${id}\r\nx-correlation-id: ${correlationId}\r\n`;
	return { method, headers, written: { of: headers, lines }, body, signal };
}

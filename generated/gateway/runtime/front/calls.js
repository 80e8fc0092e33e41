// mcpgen: An allowed exchange → a call to one server.
import {sessionIdOf} from '../decision/head.js';
import {eraIn, messageIn, tenantIn} from '../decision/facts.js';
import {ANY_INSTANCE, initOf, keepsItsSession} from '../identity/session.js';
import {deliver} from '../upstream/deliver.js';
import {CALLER, callerText} from '../wire/caller.js';
import {UpstreamFault} from '../wire/fault.js';
import {clientOf, forgetBody, keyOf, ownerOf, principalOf} from './exchange.js';
import {mostOfBodies} from './facts.js';
import {forwardedHeaders} from './request-headers.js';
const READS = /^(?:[a-z]+(?:\/templates)?\/list|resources\/read|server\/discover|completion\/complete)$/;
const LIGHT = 65_536;
const NONE = new Set();
export function callTo(pool, exchange, services, signal) {
	const { metrics, parts, pools } = services;
	const { head, state, session, facts } = exchange;
	const table = state.tables.pools.get(pool.server);
	const message = messageIn(facts);
	const reads = message !== undefined && READS.test(message.method) && !message.continues;
	const repeats = reads ? table.choice.retries : 0;
	const key = keyOf(exchange, table);
	const isSentAgain = reads || message?.method === 'initialize' || (session?.init != null && keepsItsSession(table));
	const isOfRoute = pool.server === head.route?.server;
	const own = requestOf(exchange, table, isOfRoute, parts().transform, signal);
	let sent = own;
	const forget = () => {
		own.body = sent.body = null;
		forgetBody(exchange);
	};
	if (own.body) {
		own.handedOn = () => {
			if (!isSentAgain) forget();
			else if (!exchange.keepsBody && exchange.isOver) forget();
			else if (!exchange.keepsBody) exchange.dropBody = forget;
		};
	}
	let last = null;
	const next = () => last ?? (isOfRoute ? exchange.claimed : pool.next(NONE, key));
	return {
		pool, table, request: own, message, era: eraIn(facts), session, sessionId: sessionIdOf(head),
		owner: ownerOf(exchange), path: head.pathTenant === null ? head.path : `/t/${head.pathTenant}${head.path}`,
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
function requestOf(exchange, table, isOfRoute, transform, signal) {
	const { head, body, judgement, span, id, correlationId, state, facts } = exchange;
	const { method } = head.request;
	const headers = forwardedHeaders(exchange, table.pass);
	if (table.host) headers[CALLER] = callerText(state.tables.tenants.size > 1 ? (tenantIn(facts) ?? '') : '', clientOf(exchange));
	const query = head.kind.session.carrier === 'query' ? '' : head.query;
	if (transform && table.transform) return { method, query, headers: transform.request(headers, table.transform), body, signal };
	if (!judgement?.forwardedLines || span || !isOfRoute || table.host) return { method, query, headers, body, signal };
	const lines = `${judgement.forwardedLines}x-request-id: ${id}\r\nx-correlation-id: ${correlationId}\r\n`;
	return { method, query, headers, written: { of: headers, lines }, body, signal };
}

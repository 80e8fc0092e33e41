// mcpgen: An allowed exchange → a call to one server.
import {sessionIdOf} from '../decision/head.js';
import {eraIn, messageIn, tenantIn} from '../decision/facts.js';
import {callerIn} from '../decision/items.js';
import {ANY_INSTANCE, initOf, keepsItsSession} from '../identity/session.js';
import {deliver} from '../upstream/deliver.js';
import {CALLER, callerText} from '../wire/caller.js';
import {UpstreamFault} from '../wire/fault.js';
import {callerNameOf, forgetBody, keyOf, ownerOf, principalOf} from './exchange.js';
import {mostOfBodies} from './facts.js';
import {OwnRequest} from './own-request.js';
import {forwardedHeaders} from './request-headers.js';
const READS = /^(?:[a-z]+(?:\/templates)?\/list|resources\/read|server\/discover|completion\/complete)$/;
const LIGHT = 65_536;
const NONE = new Set();
export function callTo(pool, exchange, services, signal) {
	const {metrics, parts, pools} = services;
	const {head, state, session, facts} = exchange;
	const table = state.tables.pools.get(pool.server);
	const message = messageIn(facts);
	const reads = message !== undefined && READS.test(message.method) && !message.continues;
	const repeats = reads ? table.choice.retries : 0;
	const key = keyOf(exchange, table);
	const vouching = parts().vouchFor?.(pool.server, table, exchange) ?? null;
	const isSentAgain = reads || vouching?.wantsToken === true || message?.method === 'initialize' || (session?.init != null && keepsItsSession(table));
	const isOfRoute = pool.server === head.route?.server;
	const items = itemsFor(pool.server, exchange, services);
	const own = requestOf(exchange, {server: pool.server, table, isOfRoute, isRead: items?.isRead ?? false}, parts().transform, signal);
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
		pool, table, request: own, message, era: eraIn(facts), route: head.kind.answeredBy, items, session,
		sessionId: sessionIdOf(head), owner: ownerOf(exchange),
		path: head.pathTenant === null ? head.path : `/t/${head.pathTenant}${head.path}`,
		send: async (request, {at, repeats: asked = repeats} = {}) => {
			sent = request;
			const sending = () => deliver(pool, {request, first: at ?? next(), pinned: at !== undefined, reads, repeats: asked, key}, metrics);
			const delivered = await (vouching ? vouching.send(request, sending) : sending());
			exchange.instance = last = delivered.instance;
			exchange.failure = delivered.response.failure ?? null;
			return delivered;
		},
		vouching, to: (server) => {
			const other = pools.get(server);
			return other ? callTo(other, exchange, services, signal) : null;
		},
		keepBody: () => {
			exchange.keepsBody = true;
			return () => exchange.booking?.keep(0);
		},
		value: () => {
			const {booking, body, weight} = exchange;
			if (weight > LIGHT && !booking?.add(mostOfBodies(exchange, weight), weight)) throw new UpstreamFault('full');
			return JSON.parse(`${body}`);
		},
		seal: (leg, transport = head.kind.session.transport) => {
			const init = leg.instance === ANY_INSTANCE || keepsItsSession(table) ? initOf(message) : null;
			const tenant = tenantIn(facts) ?? '';
			const {principal} = facts;
			const caller = transport === 'relay' && (principal?.kind === 'token' || principal?.kind === 'client') ? principal : null;
			return state.sealer.seal({transport, tenant, principal: principalOf(exchange), issuedAt: Date.now(), init, legs: [leg], caller});
		},
	};
}
function itemsFor(server, {state: {tables}, facts, head: {request: {method}}}, {parts}) {
	const rules = tables.items?.of(tenantIn(facts) ?? '', server);
	if (!rules) return null;
	const caller = callerIn(tables, facts.principal);
	return {
		lists: (kind, name) => rules.lists(kind, name, caller),
		denials: () => tables.items?.denials(messageIn(facts)?.elements, eraIn(facts) === 'modern') ?? [],
		isRead: tables.items?.readsAnswer(messageIn(facts), method) ?? true, hasRules: rules.hasRules,
		isUnlisted: (call, ask) => rules.hasRules && (parts().items?.isUnlisted(call, ask) ?? Promise.reject(new UpstreamFault('refused'))),
	};
}
function requestOf(exchange, {server, table, isOfRoute, isRead}, transform, signal) {
	const {head, body, judgement, span, id, correlationId, state, facts} = exchange;
	const {method} = head.request;
	const headers = forwardedHeaders(exchange, table.pass, server);
	if (table.host) headers[CALLER] = callerText(state.tables.tenants.size > 1 ? (tenantIn(facts) ?? '') : '', callerNameOf(exchange));
	const query = head.kind.session.carrier === 'query' ? '' : head.query;
	const plain = isRead ? {'accept-encoding': 'identity' } : null;
	if (transform && table.transform) {
		return new OwnRequest(method, query, {...transform.request(headers, table.transform), ...plain}, undefined, body, signal);
	}
	if (plain) return new OwnRequest(method, query, {...headers, ...plain}, undefined, body, signal);
	if (!judgement?.forwardedLines || span || !isOfRoute || table.host) return new OwnRequest(method, query, headers, undefined, body, signal);
	const lines = `${judgement.forwardedLines}x-request-id: ${id}\r\nx-correlation-id: ${correlationId}\r\n`;
	return new OwnRequest(method, query, headers, {of: headers, lines}, body, signal);
}

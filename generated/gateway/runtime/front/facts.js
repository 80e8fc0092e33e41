// mcpgen: How the running gateway finds out each fact that a decision asks for.
import {callerKey} from '../decision/address.js';
import {messageIn, tenantIn} from '../decision/facts.js';
import {sessionIdOf} from '../decision/head.js';
import {parseMessage} from '../decision/message.js';
import {eraOf} from '../decision/revision.js';
import {recogniseTenants} from '../decision/tenant.js';
import {ANY_INSTANCE, keepsItsSession, legAt} from '../identity/session.js';
import {ended} from '../process/ended.js';
import {keyOf, principalOf} from './exchange.js';
import {holderOf, isToldApart} from './holder.js';
const BODIES = 32 * 2 ** 20;
const SHORT = 65_536;
const FOR_SHORT = 8 * 2 ** 20;
const MOST_WEIGHT = 8;
export const SESSION_IDLE = 3_600_000;
export const EXPIRY_EVERY = 60_000;
export function reserveStream(exchange, counts) {
	const release = counts.openStream(holderOf(exchange), limitsOf(exchange, 'streams'));
	if (release) exchange.releaseStream = release;
	return release !== null;
}
export function reserveCall(exchange, counts) {
	const release = counts.openCall(holderOf(exchange), limitsOf(exchange, 'streams'));
	if (release) exchange.releaseCall = release;
	return release !== null;
}
function limitsOf(exchange, name) {
	const {facts, state: {tables}} = exchange;
	const own = tables.tenants.get(tenantIn(facts) ?? '')?.[name] ?? null;
	return {all: tables.raw.limits[name], own, each: name === 'streams' ? mostStreams(exchange) : null };
}
function mostStreams(exchange) {
	return isToldApart(exchange) ? exchange.state.tables.raw.limits.perClient.streams : null;
}
export function mostOfBodies({state: {tables}}, size) {
	const {limits, workers} = tables.raw;
	return Math.max(BODIES / workers, 4 * limits.body) + (size > SHORT ? 0 : FOR_SHORT / workers);
}
export const FIND_FACT = {
	address: ({state, head}) => {
		const retryAfter = state.perAddress.take(callerKey(head.address), performance.now());
		return retryAfter === 0 ? {kind: 'ok' } : { kind: 'empty', retryAfter };
	},
	principal: (exchange, services) => {
		const {state, head, judgement} = exchange;
		const found = judgement?.principal ?? state.authenticate(head);
		return found instanceof Promise ? found.then((principal) => counted(exchange, services, principal)) : counted(exchange, services, found);
	},
	lookup: (exchange) => {
		const {state, head, facts, judgement} = exchange;
		const found = judgement?.lookup ?? state.lookUp(head, facts.principal);
		return found instanceof Promise ? found.then((fact) => explained(exchange, fact)) : explained(exchange, found);
	},
	tenants: ({state, head, facts, judgement}) => judgement?.tenants ?? recogniseTenants(state.tables, head, facts.principal, facts.lookup),
	quota: (exchange, {counts}) => {
		const {state, head} = exchange;
		const tenant = tenantIn(exchange.facts) ?? '';
		const now = performance.now();
		const wait = state.perClient && isToldApart(exchange) ? state.perClient.take(holderOf(exchange).caller, now) : 0;
		if (wait > 0) return {kind: 'client-rate', retryAfter: wait };
		const retryAfter = state.perTenant.get(tenant)?.take(tenant, now) ?? 0;
		if (retryAfter > 0) return {kind: 'rate', retryAfter };
		if (head.request.method !== 'GET' || reserveStream(exchange, counts)) return { kind: 'ok' };
		const most = mostStreams(exchange);
		return {kind: most !== null && counts.streamsOf(holderOf(exchange).caller) >= most ? 'client-streams' : 'streams' };
	},
	body: async (exchange, {counts}) => {
		const {body: limit, depth} = exchange.state.tables.raw.limits;
		const booking = counts.bodies.book(holderOf(exchange));
		exchange.booking = booking;
		let size = 0;
		const body = await exchange.client.body(limit, (bytes) => booking.add(mostOfBodies(exchange, (size += bytes)), bytes));
		if (typeof body === 'string') return { kind: 'refused', reason: body, id: null };
		exchange.body = body;
		const parsed = parseMessage(body, depth, MOST_WEIGHT * limit, exchange.state.tables.items?.read);
		if (!parsed.ok) return {kind: 'refused', reason: parsed.reason, id: parsed.id, writtenId: parsed.writtenId };
		const {message} = parsed;
		exchange.weight = parsed.weight;
		return {kind: 'message', message, era: eraOf(exchange.head, message) };
	},
	session: (exchange, {counts, pools, revocation}) => {
		const {state, head} = exchange;
		const tenant = tenantIn(exchange.facts) ?? '';
		const rule = head.kind.session;
		const opens = rule.openedBy === 'any-request' || (rule.openedBy === 'initialize' && messageIn(exchange.facts)?.method === 'initialize');
		if (opens) {
			const release = counts.holdSession(holderOf(exchange), limitsOf(exchange, 'sessions'));
			if (!release) return {kind: 'full', retryAfter: untilNextExpiry(counts) };
			exchange.releaseSession = release;
			return {kind: 'none' };
		}
		const id = sessionIdOf(head);
		if (id === undefined) return {kind: 'none' };
		const session = ended.has(id) ? null : state.sealer.open(id);
		const leg = legAt(head.route?.server, session);
		const table = state.tables.pools.get(leg?.server ?? '');
		if (!session || !leg || !table) return {kind: 'unknown' };
		const isTheirs = session.transport === rule.transport && session.tenant === tenant && session.principal === principalOf(exchange);
		if (!isTheirs) return {kind: 'unknown' };
		if (!instanceOf(leg, pools.get(leg.server)) && !(keepsItsSession(table) && session.init)) return {kind: 'unknown' };
		exchange.session = session;
		if (rule.livesIn === 'id') {
			counts.openSession(id, holderOf(exchange), performance.now() + SESSION_IDLE);
			revocation()?.use(id, exchange, leg);
		}
		return {kind: 'open' };
	},
	instance: (exchange, {pools}) => {
		const pool = pools.get(exchange.head.route?.server ?? '');
		const leg = legAt(pool?.server, exchange.session);
		const table = pool && exchange.state.tables.pools.get(pool.server);
		const home = leg && instanceOf(leg, pool);
		exchange.claimed = (home === ANY_INSTANCE ? null : home) ?? (table && pool?.next(NONE_TRIED, keyOf(exchange, table))) ?? null;
		return exchange.claimed ? {kind: 'ok' } : { kind: 'none', retryAfter: pool?.retryAfter ?? 1 };
	},
};
function counted(exchange, {metrics}, principal) {
	if (principal.kind !== 'anonymous') metrics.count('mcpgen_auth_attempts_total', { outcome: OUTCOMES[principal.kind] });
	if (principal.kind === 'invalid') exchange.state.perAddress.penalise(callerKey(exchange.head.address), performance.now());
	return principal.kind === 'unavailable' ? explained(exchange, principal) : principal;
}
const OUTCOMES = {
	client: 'accepted', token: 'accepted', missing: 'missing', invalid: 'invalid', unknown: 'invalid',
	unavailable: 'unavailable',
};
function explained(exchange, fact) {
	if (fact.kind === 'unavailable') exchange.cause = { code: 'NOT_TOLD', cause: fact.why, blame: 'server' };
	return fact;
}
const MOST_RETRY_AFTER = 600;
function untilNextExpiry(counts) {
	const next = counts.nextExpiry() ?? 0;
	return Math.min(MOST_RETRY_AFTER, Math.max(1, Math.ceil((next - performance.now()) / 1000)) + EXPIRY_EVERY / 1000);
}
const NONE_TRIED = new Set();
function instanceOf({instance}, pool) {
	return instance === ANY_INSTANCE ? ANY_INSTANCE : pool?.byId(instance);
}

// mcpgen: do not edit.
/** How the running gateway finds out each fact a decision asks for. */
import { callerKey } from './decision/address.js';
import { recogniseTenants } from './decision/decide.js';
import { sessionIdOf, kindOf } from './decision/head.js';
import { keyOf, messageOf, principalOf, readBody, tenantOf } from './exchange.js';
import { parseMessage } from './decision/message.js';
import { ANY_INSTANCE, keepsItsSession } from './session.js';
const BODIES = 32 * 2 ** 20;
const SHORT = 65_536;
const FOR_SHORT = 8 * 2 ** 20;
/** A session that is not heard of for so long no longer counts; it stays valid. Most clients leave without a DELETE. */
export const SESSION_IDLE = 3_600_000;
/** Sets a place aside for a request that is going to hold a stream open. @returns false when there is none */
export function holdStream(exchange, counts) {
	const tenant = tenantOf(exchange) ?? '';
	const { tables } = exchange.state;
	if (counts.streams >= tables.raw.limits.streams || counts.streamsOf(tenant) >= (tables.tenants.get(tenant)?.streams ?? Infinity)) return false;
	exchange.releaseStream = counts.openStream(tenant);
	return true;
}
export const FIND_FACT = {
	address: ({ state, head }) => {
		const retryAfter = state.perAddress.take(callerKey(head.address), performance.now());
		return retryAfter === 0 ? { kind: 'ok' } : { kind: 'empty', retryAfter };
	},
	principal: ({ state, head }, { metrics }) => {
		const principal = state.authenticate(head.request.headers);
		if (principal.kind !== 'anonymous') metrics.count('mcpgen_auth_attempts_total', { outcome: principal.kind === 'client' ? 'accepted' : principal.kind });
		if (principal.kind === 'invalid') state.perAddress.penalise(callerKey(head.address), performance.now());
		return principal;
	},
	tenants: ({ state, head, facts }) => recogniseTenants(state.tables, head, facts.principal),
	quota: (exchange, { counts }) => {
		const { state, head } = exchange;
		const tenant = tenantOf(exchange) ?? '';
		const retryAfter = state.perTenant.get(tenant)?.take(tenant, performance.now()) ?? 0;
		if (retryAfter > 0) return { kind: 'rate', retryAfter };
		return head.request.method === 'GET' && !holdStream(exchange, counts) ? { kind: 'streams' } : { kind: 'ok' };
	},
	body: async (exchange, { counts }) => {
		const { body: limit, depth } = exchange.state.tables.raw.limits;
		const room = Number(exchange.head.request.headers['content-length'] ?? limit);
		const most = Math.max(BODIES, limit) + (room > SHORT ? 0 : FOR_SHORT);
		if (counts.bodies + room > most) return { kind: 'refused', reason: 'instance-full', id: null };
		counts.bodies += room;
		exchange.releaseBody = () => (counts.bodies -= room);
		if (exchange.awaitsContinue) exchange.outgoing.writeContinue();
		const body = await readBody(exchange.incoming, limit);
		if (typeof body === 'string') return { kind: 'refused', reason: body, id: null };
		exchange.body = body;
		const parsed = parseMessage(body, depth);
		return parsed.ok ? { kind: 'message', message: parsed.message } : { kind: 'refused', reason: parsed.reason, id: parsed.id };
	},
	session: (exchange, { counts, pools }) => {
		const { state, head } = exchange;
		const tenant = tenantOf(exchange) ?? '';
		if (kindOf(head) === 'sse' || (messageOf(exchange)?.method === 'initialize' && kindOf(head) === 'mcp')) {
			const most = state.tables.tenants.get(tenant)?.sessions ?? Infinity;
			if (counts.sessions >= state.tables.raw.limits.sessions || counts.sessionsOf(tenant) >= most) return { kind: 'full' };
			exchange.releaseSession = counts.holdSession(tenant);
			return { kind: 'none' };
		}
		const id = sessionIdOf(head);
		if (id === undefined) return { kind: 'none' };
		const session = state.sealer.open(id);
		const leg = session?.legs.find(({ server }) => server === head.route?.server);
		const table = state.tables.pools.get(leg?.server ?? '');
		const kind = kindOf(head) === 'mcp' ? 'mcp' : 'message';
		if (!session || !leg || !table || session.kind !== kind || session.tenant !== tenant || session.principal !== principalOf(exchange)) return { kind: 'unknown' };
		if (!instanceOf(leg, pools.get(leg.server)) && !(keepsItsSession(table) && session.init)) return { kind: 'unknown' };
		exchange.session = session;
		if (kind === 'mcp') counts.openSession(id, tenant, performance.now() + SESSION_IDLE);
		return { kind: 'open' };
	},
	instance: (exchange, { pools }) => {
		const pool = pools.get(exchange.head.route?.server ?? '');
		const leg = exchange.session?.legs.find(({ server }) => server === pool?.server);
		const table = pool && exchange.state.tables.pools.get(pool.server);
		const home = leg && instanceOf(leg, pool);
		exchange.instance = (home === ANY_INSTANCE ? null : home) ?? (table && pool?.next(new Set(), keyOf(exchange, table))) ?? null;
		return exchange.instance ? { kind: 'ok' } : { kind: 'none', retryAfter: pool?.retryAfter ?? 1 };
	},
};
function instanceOf({ instance }, pool) {
	return instance === ANY_INSTANCE ? ANY_INSTANCE : pool?.byId(instance);
}

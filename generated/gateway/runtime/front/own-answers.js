// mcpgen
import {askedIn, tenantIn} from '../decision/facts.js';
import {reasonRow} from '../decision/reasons.js';
import {idText} from '../wire/replies.js';
import {answerWith} from './exchange.js';
import {healthAnswer, JSON_HEADERS, preflightAnswer, refusalAnswer} from './respond.js';
export function refuse(services, exchange, reason, wanted) {
	const { status, code } = reasonRow(reason);
	const { facts } = exchange;
	const server = exchange.head.route?.server ?? '';
	const retryAfter = wanted ?? ((reason === 'no-instance' && services.pools.get(server)?.retryAfter) || 1);
	const wait = status === 503 || status === 429 ? { retryAfter } : {};
	sendRefusal(services, exchange, { kind: 'refuse', step: 'instance', reason, status, code, at: `servers.${server}`, idText: idText(askedIn(facts)), ...wait });
}
export function sendRefusal({ metrics, pools }, exchange, refusal) {
	const { head, state, client } = exchange;
	const { reason } = refusal;
	exchange.reason = reason;
	if (reason === 'no-instance') exchange.cause ??= pools.get(head.route?.server ?? '')?.cause ?? null;
	metrics.count('mcpgen_refusals_total', { reason });
	const { limit, origin } = reasonRow(reason);
	if (limit) metrics.count('mcpgen_rate_limited_total', { limit });
	if (origin) {
		metrics.count('mcpgen_origin_refusals_total', { server: head.route?.server ?? '', reason });
		exchange.note = `Origin validation failed for: ${shownOrigin(head.origin)}`;
	}
	if (client.hasBegun) return client.cut();
	answerWith(exchange, refusalAnswer(state.tables, head, refusal, exchange.id));
}
const shownOrigin = (origin) => (origin === null ? 'none' : origin.slice(0, 200));
const isRead = ({ head: { request } }) => request.method === 'GET' || request.method === 'HEAD';
const ANSWERS = {
	preflight: (_services, { state, head }) => preflightAnswer(state.tables, head), servers: serversAnswer,
	health: ({ isDraining }, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, isDraining()) : null),
	ready: ({ isDraining }, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, isDraining()) : null),
	live: (_services, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, false) : null),
};
export function answerItself(services, exchange, what) {
	const answer = ANSWERS[what](services, exchange);
	if (!answer) return refuse(services, exchange, 'method-not-allowed');
	answerWith(exchange, answer);
}
function serversAnswer({ pools }, exchange) {
	const { tables } = exchange.state;
	const tenant = tenantIn(exchange.facts);
	const granted = tenant === null ? undefined : tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '');
	const seen = pools.all().filter(({ server }) => tables.raw.profile === 'local' || granted?.has(server));
	const servers = Object.fromEntries(seen.map((pool) => [pool.server, healthOf(pool)]));
	const all = Object.values(servers).map(({ status }) => status);
	const status = all.some((one) => one === 'down' || one === 'degraded') ? 'degraded' : all.includes('unknown') ? 'unknown' : 'ok';
	return { status: 200, headers: JSON_HEADERS, body: `${JSON.stringify({ status, servers })}\n` };
}
function healthOf(pool) {
	const health = pool.health();
	const { healthy, total, unknown } = health;
	const status = total === 0 ? 'down' : healthy === total ? 'up' : unknown === total ? 'unknown' : healthy + unknown > 0 ? 'degraded' : 'down';
	const { cause } = pool;
	return { status, ...health, ...(cause && { code: cause.code }) };
}

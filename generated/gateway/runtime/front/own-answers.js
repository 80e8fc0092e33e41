// mcpgen
import {askedIn, tenantIn} from '../decision/facts.js';
import {reasonRow} from '../decision/reasons.js';
import {idText} from '../wire/replies.js';
import {answerWith} from './exchange.js';
import {auditRefusal} from './report.js';
import {healthAnswer, JSON_HEADERS, preflightAnswer, refusalAnswer} from './respond.js';
export function refuse(services, exchange, reason, wanted) {
	const {status, code} = reasonRow(reason);
	const {facts} = exchange;
	const server = exchange.head.route?.server ?? '';
	const retryAfter = wanted ?? ((reason === 'no-instance' && services.pools.get(server)?.retryAfter) || 1);
	const wait = status === 503 || status === 429 ? {retryAfter} : {};
	const refusal = {kind: 'refuse', step: 'instance', reason, status, code, at: `servers.${server}`, idText: idText(askedIn(facts)), ...wait };
	sendRefusal(services, exchange, refusal, null);
}
export function sendRefusal(services, exchange, refusal, step = refusal.step) {
	const {metrics, parts, pools} = services;
	const {head, state, client} = exchange;
	const {reason} = refusal;
	exchange.reason = reason;
	if (reason === 'no-instance') exchange.cause ??= pools.get(head.route?.server ?? '')?.cause ?? null;
	metrics.count('mcpgen_refusals_total', { reason });
	const {limit, origin, inBand} = reasonRow(reason);
	if (limit) metrics.count('mcpgen_rate_limited_total', { limit });
	if (origin) {
		metrics.count('mcpgen_origin_refusals_total', { server: head.route?.server ?? '', reason });
		exchange.note = `Origin validation failed for: ${shownOrigin(head.origin)}`;
	}
	auditRefusal(services, exchange, {...refusal, step});
	if (client.hasBegun) return client.cut();
	const {deny, oauth} = parts();
	if (inBand && deny) {
		exchange.deniedAt = refusal.at;
		return deny(services, exchange);
	}
	const isChallenged = refusal.status === 401 || reason === 'scope-insufficient';
	const challenge = isChallenged ? oauth?.challenge(state.tables, head, refusal, exchange.facts.principal) : undefined;
	answerWith(exchange, refusalAnswer(state.tables, head, refusal, exchange.id, challenge));
}
const shownOrigin = (origin) => (origin === null ? 'none' : origin.slice(0, 200));
const isRead = ({head: {request}}) => request.method === 'GET' || request.method === 'HEAD';
const ANSWERS = {
	preflight: (_services, {state, head}) => preflightAnswer(state.tables, head), servers: serversAnswer,
	wellknown: ({parts}, {state, head}) => (head.wellKnown && parts().oauth?.document(state.tables, head, head.wellKnown)) ?? null,
	health: ({isDraining}, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, isDraining()) : null),
	ready: ({isDraining}, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, isDraining()) : null),
	live: (_services, exchange) => (isRead(exchange) ? healthAnswer(exchange.state.tables, false) : null),
};
export async function answerItself(services, exchange, what) {
	const given = ANSWERS[what](services, exchange);
	const answer = given instanceof Promise ? await given : given;
	if (!answer) return refuse(services, exchange, 'method-not-allowed');
	if ('body' in answer) return answerWith(exchange, answer);
	exchange.note = answer.why;
	refuse(services, exchange, 'issuer-unavailable', answer.retryAfter);
}
function serversAnswer({pools}, exchange) {
	const {tables} = exchange.state;
	const tenant = tenantIn(exchange.facts);
	const granted = tenant === null ? undefined : tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '');
	const seen = pools.all().filter(({server}) => tables.raw.profile === 'local' || granted?.has(server));
	const servers = Object.fromEntries(seen.map((pool) => [pool.server, healthOf(pool)]));
	const all = Object.values(servers).map(({status}) => status);
	const status = all.some((one) => one === 'down' || one === 'degraded') ? 'degraded' : all.includes('unknown') ? 'unknown' : 'ok';
	return {status: 200, headers: JSON_HEADERS, body: `${JSON.stringify({ status, servers })}\n` };
}
function healthOf(pool) {
	const health = pool.health();
	const {healthy, total, unknown} = health;
	const status = total === 0 ? 'down' : healthy === total ? 'up' : unknown === total ? 'unknown' : healthy + unknown > 0 ? 'degraded' : 'down';
	const {cause} = pool;
	return {status, ...health, ...(cause && {code: cause.code})};
}

// mcpgen: Reports a request once its answer has ended or its client has left.
import {messageIn, tenantIn} from '../decision/facts.js';
import {sessionIdOf} from '../decision/head.js';
import {quoted} from '../process/log.js';
import {causeOf} from '../wire/cause.js';
import {clientOf} from './exchange.js';
export function beginSpan({parts}, {facts, head, startedAt}) {
	const {tracer} = parts();
	return tracer?.begin(messageIn(facts)?.traceparent ?? null, head.request.headers['traceparent'], startedAt) ?? null;
}
export function auditCalls({parts}, exchange) {
	parts().audit?.calls(exchange, besideOf(exchange));
}
export function auditRefusal({parts}, exchange, outcome) {
	parts().audit?.refusal(exchange, besideOf(exchange), outcome);
}
const besideOf = ({head, facts, isRelayed}) => ({
	hasSession: sessionIdOf(head) !== undefined, tenant: tenantIn(facts), isRelayed,
});
const METHODS = new Set(['GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD']);
const CLIENT_LEFT = 499;
const MOST_OF_METHOD = 64;
const MOST_OF_NAME = 128;
const MOST_ASKED = 200;
function askedFor({request: {headers, target}, host}) {
	const path = target.split('?', 1)[0] ?? '';
	const forwarded = headers['x-forwarded-host'];
	const named = forwarded === undefined ? '' : `"forwarded_host":${quoted(forwarded.slice(0, MOST_ASKED))},`;
	return `"host":${quoted((headers['host'] ?? host).slice(0, MOST_ASKED))},${named}"path":${quoted(path.slice(0, MOST_ASKED))},`;
}
export function report(services, exchange) {
	const {metrics, log} = services;
	const failure = exchange.failure?.() ?? null;
	if (failure) {
		exchange.reason ??= failure.reason;
		exchange.cause ??= causeOf(failure.fault);
	}
	const {head, client, state, facts, reason, note} = exchange;
	const message = messageIn(facts);
	const duration = performance.now() - exchange.startedAt;
	const server = head.route?.server ?? '';
	const status = client.hasBegun ? client.status : CLIENT_LEFT;
	const method = METHODS.has(head.request.method) ? head.request.method : 'other';
	const instance = (exchange.instance ?? exchange.claimed)?.id ?? null;
	metrics.count('mcpgen_requests_total', { server, method, status: String(status) });
	metrics.duration(server, duration / 1000);
	if (reason !== null) exchange.span ??= beginSpan(services, exchange);
	exchange.span?.end({
		method, status, message, revision: head.request.headers['mcp-protocol-version'],
		server, tenant: tenantIn(facts), instance, reason, requestId: exchange.id,
	});
	if ((head.health || !state.tables.raw.log.requests) && reason === null) return;
	const rpc = message?.shape === 'batch' ? 'batch' : (message?.method.slice(0, MOST_OF_METHOD) ?? null);
	const tool = message?.method === 'tools/call' ? (message.name?.slice(0, MOST_OF_NAME) ?? null) : null;
	const asked = status === 421 || status === 404 ? askedFor(head) : '';
	log.text(note === null ? 'info' : 'warn', 'request', `${note === null ? '' : `"message":${quoted(note)},`}"request_id":${quoted(exchange.id)},"correlation_id":${quoted(exchange.correlationId)},` +
		`${exchange.span ? `"trace_id":${quoted(exchange.span.traceId)},` : ''}"tenant":${quoted(tenantIn(facts))},"client":${quoted(clientOf(exchange))},` +
		`"server":${quoted(server || null)},"method":"${method}","rpc":${quoted(rpc)},"tool":${quoted(tool)},"status":${status},"reason":${quoted(reason)},` +
		`${callerMembers(exchange)}${deniedMember(exchange)}${asked}"complete":${client.isComplete && reason !== 'body-aborted'},` +
		`"instance":${quoted(instance)},` +
		`${causeMembers(exchange)}"duration_ms":${Math.round(duration * 10) / 10}`);
}
function callerMembers({facts: {principal}}) {
	switch (principal?.kind) {
		case 'token':
			return `"issuer":${quoted(principal.issuer)},"subject":${quoted(principal.subject)},`;
		case 'invalid':
		case 'unavailable':
			return principal.why === undefined ? '' : `"why":${quoted(principal.why)},`;
		default:
			return '';
	}
}
const deniedMember = ({deniedAt}) => (deniedAt === null ? '' : `"at":${quoted(deniedAt)},`);
function causeMembers({cause}) {
	return cause ? `"code":${quoted(cause.code)},"cause":${quoted(cause.cause)},"blame":"${cause.blame}",` : '';
}

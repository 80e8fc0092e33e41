// mcpgen: do not edit.
/** A request from its first byte to its log line. */
import { randomUUID } from 'node:crypto';
import { kindOf, readHead } from './decision/head.js';
import { decide } from './decision/decide.js';
import { idHeaders, isListening, leavingCancels, messageOf, tenantOf } from './exchange.js';
import { forward } from './proxy.js';
import { reasonRow } from './decision/reasons.js';
import { audit, beginSpan, report } from './report.js';
import { preflightAnswer, refusalAnswer } from './respond.js';
import { holdStream, FIND_FACT } from './facts.js';
const NOTHING = () => { };
export function createHandler(options) {
	const standing = new Set();
	const handle = (incoming, outgoing, awaitsContinue) => {
		const state = options.state();
		const id = requestId(incoming, state);
		const exchange = {
			id,
			correlationId: correlationId(incoming) ?? id,
			startedAt: performance.now(),
			incoming,
			outgoing,
			state,
			head: readHead(state.tables, requestOf(incoming), state.trusted),
			awaitsContinue,
			facts: {},
			body: null,
			session: null,
			instance: null,
			releaseBody: NOTHING,
			releaseStream: NOTHING,
			releaseSession: NOTHING,
			isForwarded: false,
			span: null,
			farewell: null,
			reason: null,
			note: null,
		};
		outgoing.once('close', () => {
			standing.delete(exchange);
			exchange.releaseBody();
			exchange.releaseStream();
			if (!exchange.isForwarded) exchange.releaseSession();
			report(options, exchange);
			options.onClosed();
		});
		outgoing.on('error', () => { });
		run(options, exchange, standing).catch((error) => {
			options.log('error', 'request-failed', { request_id: exchange.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
			if (outgoing.headersSent) outgoing.destroy();
			else refuse(options, exchange, 'internal');
		});
	};
	const endStreams = () => {
		for (const exchange of standing) {
			if (exchange.farewell) exchange.farewell();
			else if (!exchange.outgoing.headersSent) refuse(options, exchange, 'draining');
		}
	};
	return { handle, endStreams };
}
async function run(options, exchange, standing) {
	const { tables } = exchange.state;
	const vouched = options.parts().sse?.vouched(exchange.head, exchange.state) ?? null;
	if (vouched) Object.assign(exchange.facts, vouched.facts);
	let decision = decide(tables, exchange.head, exchange.facts, vouched?.from);
	while (decision.kind === 'need') {
		const found = FIND_FACT[decision.fact](exchange, options);
		exchange.facts[decision.fact] = found instanceof Promise ? await found : found;
		decision = decide(tables, exchange.head, exchange.facts, decision.row);
	}
	if (decision.kind === 'refuse') return sendRefusal(options, exchange, decision);
	if (decision.kind === 'answer') return answer(options, exchange, decision.what);
	if (exchange.outgoing.closed && leavingCancels(exchange)) return;
	const pool = options.pools.get(exchange.head.route?.server ?? '');
	if (!pool) return refuse(options, exchange, 'no-instance');
	if (isListening(exchange)) {
		if (options.draining()) return refuse(options, exchange, 'draining');
		standing.add(exchange);
	}
	if (messageOf(exchange)?.method === 'subscriptions/listen' && !holdStream(exchange, options.counts)) return refuse(options, exchange, 'streams-full');
	if (!vouched) audit(options, exchange);
	exchange.isForwarded = kindOf(exchange.head) !== 'sse';
	exchange.span = beginSpan(options, exchange);
	const outcome = await forward(exchange, pool, options).finally(() => {
		if (exchange.isForwarded || exchange.outgoing.destroyed) exchange.releaseSession();
	});
	if (outcome.kind === 'failed') refuse(options, exchange, outcome.reason);
}
function requestId({ headers, socket }, state) {
	const given = headers['x-request-id'];
	const isName = typeof given === 'string' && /^[A-Za-z0-9-]{8,64}$/.test(given);
	return isName && state.trusted(socket.remoteAddress ?? '') ? given : randomUUID();
}
function correlationId({ headers }) {
	const given = headers['x-correlation-id'];
	return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : null;
}
function requestOf(incoming) {
	let hosts = 0;
	for (let i = 0; i < incoming.rawHeaders.length; i += 2)
		if (incoming.rawHeaders[i]?.toLowerCase() === 'host') hosts++;
	return {
		method: incoming.method ?? '',
		target: incoming.url ?? '/',
		headers: incoming.headers,
		hosts,
		peer: incoming.socket.remoteAddress ?? '',
	};
}
function answer(options, exchange, what) {
	if (what === 'preflight') return write(exchange, preflightAnswer(exchange.state.tables, exchange.head));
	if (what === 'servers') return write(exchange, serversAnswer(exchange, options));
	const { method } = exchange.head.request;
	const headers = { 'content-type': 'application/json', 'cache-control': 'no-store', 'mcpgen-config-hash': exchange.state.tables.raw.hash };
	if (method !== 'GET' && method !== 'HEAD') {
		exchange.outgoing.setHeader('allow', 'GET, HEAD');
		return refuse(options, exchange, 'method-not-allowed');
	}
	const draining = options.draining() && what !== 'live';
	write(exchange, { status: draining ? 503 : 200, headers, body: draining ? '{"status":"draining"}\n' : '{"status":"ok"}\n' });
}
function refuse(options, exchange, reason) {
	sendRefusal(options, exchange, refusalOf(exchange, reason, options));
}
function refusalOf(exchange, reason, { pools }) {
	const { status, code } = reasonRow(reason);
	const id = messageOf(exchange)?.id ?? null;
	const server = exchange.head.route?.server ?? '';
	const retryAfter = (reason === 'no-instance' && pools.get(server)?.retryAfter) || 1;
	return { kind: 'refuse', step: 'instance', reason, status, code, at: `servers.${server}`, id, ...(status === 503 || status === 429 ? { retryAfter } : {}) };
}
function sendRefusal({ metrics }, exchange, refusal) {
	const { head, state } = exchange;
	exchange.reason = refusal.reason;
	metrics.count('mcpgen_refusals_total', { reason: refusal.reason });
	const { limit, origin } = reasonRow(refusal.reason);
	if (limit) metrics.count('mcpgen_rate_limited_total', { limit });
	if (origin) {
		metrics.count('mcpgen_origin_refusals_total', { server: head.route?.server ?? '', reason: refusal.reason });
		exchange.note = `Origin validation failed for: ${printable(head.origin)}`;
	}
	if (exchange.outgoing.headersSent) exchange.outgoing.destroy();
	else write(exchange, refusalAnswer(state.tables, head, refusal, exchange.id));
}
const printable = (origin) => (origin === null ? 'none' : origin.slice(0, 200));
function write(exchange, { status, headers, body }) {
	const { outgoing } = exchange;
	outgoing.writeHead(status, { ...headers, ...idHeaders(exchange), ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }) });
	outgoing.end(body);
}
function serversAnswer(exchange, { pools }) {
	const { tables } = exchange.state;
	const tenant = tenantOf(exchange);
	const granted = tenant === null ? undefined : tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '');
	const seen = pools.all().filter(({ server }) => tables.raw.profile === 'local' || granted?.has(server));
	const servers = Object.fromEntries(seen.map((pool) => [pool.server, pool.health()]));
	const well = Object.values(servers).every(({ healthy, total }) => total > 0 && healthy === total);
	const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
	return { status: 200, headers, body: `${JSON.stringify({ status: well ? 'ok' : 'degraded', servers })}\n` };
}

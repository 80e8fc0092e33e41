// mcpgen: do not edit.
import { eraOf } from './decision/revision.js';
import { messageOf, principalOf, tenantOf } from './exchange.js';
import { forwardedHeaders, isEventStream, returnedHeaders } from './headers.js';
import { corsHeaders } from './respond.js';
import { SESSION_IDLE } from './facts.js';
import { UpstreamFault } from './upstream/upstream.js';
const FAILURE = {
	refused: { reason: 'no-instance', elsewhere: true },
	connect: { reason: 'no-instance', elsewhere: true },
	full: { reason: 'instance-full', elsewhere: true },
	sent: { reason: 'upstream-lost', elsewhere: false },
	timeout: { reason: 'upstream-timeout', elsewhere: false },
	answered: { reason: 'upstream-lost', elsewhere: false },
};
export async function forward(exchange, pool, sources) {
	const leaving = new AbortController();
	const isModern = eraOf(exchange.head, messageOf(exchange)) === 'modern';
	const leavingCancels = isModern || exchange.head.request.method === 'GET';
	const onLeave = () => {
		if (leavingCancels) leaving.abort();
	};
	exchange.outgoing.once('close', onLeave);
	const found = await send(exchange, pool, sources, leaving.signal);
	if ('kind' in found) return found;
	exchange.outgoing.off('close', onLeave);
	const { instance, response } = found;
	const sessionId = isModern ? null : sessionHeader(exchange, sources, found);
	if (sessionId === UNUSABLE || response.status < 200 || response.status > 599) {
		instance.active--;
		discard(response);
		return { kind: 'failed', reason: 'upstream-lost' };
	}
	relay(exchange, sources, found, sessionId, leavingCancels);
	return { kind: 'answered' };
}
async function send(exchange, pool, { metrics }, signal) {
	const { head, session } = exchange;
	const leg = session?.legs.find(({ server }) => server === pool.server);
	const request = {
		method: head.request.method,
		headers: forwardedHeaders(head, exchange.id, leg?.upstreamId ?? null),
		body: exchange.body,
		signal,
	};
	const tried = new Set();
	let instance = exchange.instance;
	let reason = 'no-instance';
	while (instance) {
		exchange.instance = instance;
		instance.active++;
		try {
			return { instance, response: await instance.upstream.send(request) };
		} catch (error) {
			instance.active--;
			if (signal.aborted) return { kind: 'client-gone' };
			const stage = error instanceof UpstreamFault ? error.stage : 'sent';
			metrics.count('mcpgen_upstream_failures_total', { server: pool.server, stage });
			if (stage === 'refused' || stage === 'connect') pool.suspect(instance);
			reason = FAILURE[stage].reason;
			if (leg) return { kind: 'failed', reason: stage === 'refused' ? 'session-unknown' : reason };
			if (!FAILURE[stage].elsewhere) break;
			tried.add(instance);
			instance = pool.next(tried);
		}
	}
	return { kind: 'failed', reason };
}
function relay(exchange, sources, { instance, response }, sessionId, leavingCancels) {
	const { outgoing, state, head } = exchange;
	const { timeouts } = state.tables.raw;
	const isStream = isEventStream(response);
	const extra = { ...corsHeaders(state.tables, head), 'x-request-id': exchange.id };
	if (sessionId !== null) extra['mcp-session-id'] = sessionId;
	const isGone = outgoing.destroyed || outgoing.writableEnded;
	if (!isGone) outgoing.writeHead(response.status, returnedHeaders(response, isStream, extra));
	const { body } = response;
	if (Buffer.isBuffer(body)) {
		instance.active--;
		if (!isGone) outgoing.end(body);
		return;
	}
	if (!isGone && isStream) outgoing.flushHeaders();
	const announced = exchange.head.request.method === 'GET' || messageOf(exchange)?.method === 'subscriptions/listen';
	const closeStream = isStream && !announced ? sources.counts.openStream(tenantOf(exchange) ?? '') : () => { };
	const wait = isStream ? timeouts.idleStream : timeouts.response;
	const timer = setTimeout(() => body.destroy(), wait);
	if (isStream) body.on('data', () => timer.refresh());
	body.once('close', () => {
		clearTimeout(timer);
		closeStream();
		instance.active--;
		if (!body.readableEnded) outgoing.destroy();
	});
	body.on('error', () => { });
	if (isGone) return onClientClosed(body, leavingCancels);
	outgoing.once('close', () => onClientClosed(body, leavingCancels));
	body.pipe(outgoing);
}
function discard({ body }) {
	if (!Buffer.isBuffer(body)) body.on('error', () => { }).destroy();
}
function onClientClosed(body, leavingCancels) {
	if (body.readableEnded) return;
	if (leavingCancels) body.destroy();
	else body.unpipe().resume();
}
const UNUSABLE = '';
function sessionHeader(exchange, { counts, metrics }, { instance, response }) {
	const upstreamId = response.headers['mcp-session-id'];
	const { state, head, session } = exchange;
	const own = head.request.headers['mcp-session-id'];
	if (session && own !== undefined) {
		const ended = response.status === 404 || (head.request.method === 'DELETE' && response.status < 300);
		if (ended && counts.endSession(own)) metrics.count('mcpgen_sessions_ended_total', {});
		return upstreamId === undefined ? null : own;
	}
	if (typeof upstreamId !== 'string' || response.status >= 300) return null;
	const tenant = tenantOf(exchange) ?? '';
	const server = head.route?.server ?? '';
	const id = state.sealer.seal({ tenant, principal: principalOf(exchange), issuedAt: Date.now(), legs: [{ server, instance: instance.id, upstreamId }] });
	if (id === null) return UNUSABLE;
	counts.openSession(id, tenant, performance.now() + SESSION_IDLE);
	metrics.count('mcpgen_sessions_opened_total', {});
	return id;
}

// A module of mcpgen's gateway. Do not edit.
import { eraOf } from './revision.js';
import { messageOf, principalOf, tenantOf } from './exchange.js';
import { forwardedHeaders, isEventStream, returnedHeaders } from './headers.js';
import { corsHeaders } from './respond.js';
import { UpstreamFault } from './upstream.js';
/** What a failure becomes. Only stages at which no byte was written may be tried elsewhere: a tool must not run twice. */
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
	const isModern = eraOf(exchange.asked, messageOf(exchange)) === 'modern';
	// A modern client cancels by leaving; a legacy one may come back for the answer, except on a stream that only listens.
	const leavingCancels = isModern || exchange.asked.request.method === 'GET';
	const onLeave = () => {
		if (leavingCancels) leaving.abort();
	};
	exchange.outgoing.once('close', onLeave);
	const found = await send(exchange, pool, sources, leaving.signal);
	if ('kind' in found) return found;
	exchange.outgoing.off('close', onLeave);
	relay(exchange, sources, found, leavingCancels, isModern);
	return { kind: 'answered' };
}
/** Tries instances until one has the request. The instance that answers stays counted as busy until its answer ends. */
async function send(exchange, pool, { metrics }, signal) {
	const { asked, session } = exchange;
	const leg = session?.legs.find(({ server }) => server === pool.server);
	const request = {
		method: asked.request.method,
		headers: forwardedHeaders(asked, exchange.id, leg?.upstreamId ?? null),
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
			// Nobody listens where the session lived: it is gone, and the client should start a new one.
			if (leg) return { kind: 'failed', reason: stage === 'refused' ? 'session-unknown' : reason };
			if (!FAILURE[stage].elsewhere) break;
			tried.add(instance);
			instance = pool.next(tried);
		}
	}
	return { kind: 'failed', reason };
}
function relay(exchange, sources, { instance, response }, leavingCancels, isModern) {
	const { outgoing, state, asked } = exchange;
	const { timeouts } = state.tables.raw;
	const isStream = isEventStream(response);
	const extra = { ...corsHeaders(state.tables, asked) };
	const sessionId = isModern ? null : sessionHeader(exchange, sources, instance, response);
	if (sessionId !== null) extra['mcp-session-id'] = sessionId;
	outgoing.writeHead(response.status, returnedHeaders(response, isStream, extra));
	if (isStream) outgoing.flushHeaders();
	const closeStream = isStream ? sources.ledger.openStream(tenantOf(exchange) ?? '') : () => { };
	const wait = isStream ? timeouts.idleStream : timeouts.response;
	const timer = setTimeout(() => response.body.destroy(), wait);
	if (isStream) response.body.on('data', () => timer.refresh());
	response.body.once('close', () => {
		clearTimeout(timer);
		closeStream();
		instance.active--;
		// Cut short behind us: cut short before us, so that nobody takes half an answer for a whole one.
		if (!response.body.readableEnded) outgoing.destroy();
	});
	// The reader is told by 'close'; an error without a listener would end the process.
	response.body.on('error', () => { });
	outgoing.once('close', () => onClientClosed(response.body, leavingCancels));
	response.body.pipe(outgoing);
}
/** The client has its answer, or has gone. What a legacy client left running runs to its end, unread: its effects are wanted, and it may resume. */
function onClientClosed(body, leavingCancels) {
	if (body.readableEnded) return;
	if (leavingCancels) body.destroy();
	else body.unpipe().resume();
}
/** The id the client sees: sealed when the server opens a session, its own again afterwards. */
function sessionHeader(exchange, { ledger, metrics }, instance, response) {
	const upstreamId = response.headers['mcp-session-id'];
	const { state, asked, session } = exchange;
	const own = asked.request.headers['mcp-session-id'];
	if (session && own !== undefined) {
		const ended = response.status === 404 || (asked.request.method === 'DELETE' && response.status < 300);
		if (ended && ledger.endSession(own)) metrics.count('mcpgen_sessions_ended_total', {});
		return upstreamId === undefined ? null : own;
	}
	if (typeof upstreamId !== 'string' || response.status >= 300) return null;
	const tenant = tenantOf(exchange) ?? '';
	const server = asked.route?.server ?? '';
	const id = state.sealer.seal({ tenant, principal: principalOf(exchange), issuedAt: Date.now(), legs: [{ server, instance: instance.id, upstreamId }] });
	ledger.openSession(id, tenant, Date.now() + state.tables.raw.sessions.ttl);
	metrics.count('mcpgen_sessions_opened_total', {});
	return id;
}

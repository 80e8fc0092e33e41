// mcpgen: do not edit.
import { sendTo } from './call.js';
import { kindOf, sessionIdOf } from './decision/head.js';
import { eraOf } from './decision/revision.js';
import { SESSION_IDLE } from './facts.js';
import { idHeaders, isListening, keyOf, leavingCancels, messageOf, ownerOf, principalOf, tenantOf } from './exchange.js';
import { endBetweenEvents, lastEvent } from './farewell.js';
import { forwardedHeaders, isEventStream, returnedHeaders } from './headers.js';
import { corsHeaders } from './respond.js';
import { ANY_INSTANCE, initOf, keepsItsSession } from './session.js';
import { deliver, discard } from './upstream/deliver.js';
import { NEVER, UpstreamFault } from './upstream/upstream.js';
export const REASON = {
	refused: 'no-instance',
	connect: 'no-instance',
	full: 'instance-full',
	sent: 'upstream-lost',
	stale: 'upstream-lost',
	timeout: 'upstream-timeout',
	answered: 'upstream-lost',
};
const SHORT = 16_384;
const READS = /^(?:[a-z]+(?:\/templates)?\/list|resources\/read|server\/discover|completion\/complete)$/;
export async function forward(exchange, pool, services) {
	const { outgoing } = exchange;
	const isCancelled = leavingCancels(exchange);
	const leaving = isCancelled ? new AbortController() : null;
	const onLeave = () => leaving?.abort();
	if (leaving) outgoing.once('close', onLeave);
	const call = callOf(exchange, pool, services, leaving?.signal ?? NEVER);
	let answered;
	try {
		answered = await answer(call, exchange, services);
	} catch (error) {
		if (!(error instanceof UpstreamFault)) throw error;
		if (call.request.signal.aborted) return { kind: 'client-gone' };
		return { kind: 'failed', reason: call.session && error.stage === 'refused' ? 'session-unknown' : REASON[error.stage] };
	}
	if (leaving) outgoing.off('close', onLeave);
	const { response } = answered;
	const sessionId = call.era === 'modern' ? null : sessionHeader(exchange, call, services, answered);
	if (sessionId === UNUSABLE || response.status < 200 || response.status > 599) {
		discard(response);
		return { kind: 'failed', reason: 'upstream-lost' };
	}
	if (kindOf(exchange.head) === 'sse' && response.status === 200 && !outgoing.destroyed) {
		services.metrics.count('mcpgen_sessions_opened_total', {});
		outgoing.once('close', () => services.metrics.count('mcpgen_sessions_ended_total', {}));
	}
	relay(exchange, services, call, response, sessionId, isCancelled);
	return { kind: 'answered' };
}
function callOf(exchange, pool, { metrics, parts }, signal) {
	const { head, state, session } = exchange;
	const table = state.tables.pools.get(pool.server);
	const message = messageOf(exchange);
	const own = forwardedHeaders(head, exchange);
	const headers = (table.transform && parts().transform?.request(own, table.transform)) ?? own;
	const reads = message !== undefined && READS.test(message.method) && !message.continues;
	const repeats = reads ? table.choice.retries : 0;
	return {
		pool,
		table,
		request: { method: head.request.method, headers, body: exchange.body, signal },
		message,
		era: eraOf(head, message),
		session,
		sessionId: sessionIdOf(head),
		owner: ownerOf(exchange),
		path: head.pathTenant === null ? head.path : `/t/${head.pathTenant}${head.path}`,
		send: async (request, { at, repeats: asked = repeats } = {}) => {
			const first = at ?? exchange.instance;
			const delivered = await deliver(pool, { request, first, pinned: at !== undefined, reads, repeats: asked, key: keyOf(exchange, table) }, metrics);
			exchange.instance = delivered.instance;
			return delivered;
		},
		keepBody: () => {
			const { releaseBody } = exchange;
			exchange.releaseBody = () => { };
			return releaseBody;
		},
		seal: (leg, kind = kindOf(head) === 'mcp' ? 'mcp' : 'message') => {
			const init = leg.instance === ANY_INSTANCE || keepsItsSession(table) ? initOf(message) : null;
			return state.sealer.seal({ kind, tenant: tenantOf(exchange) ?? '', principal: principalOf(exchange), issuedAt: Date.now(), init, legs: [leg] });
		},
	};
}
async function answer(call, exchange, { parts }) {
	const { bridge, renewals, sse, transform } = parts();
	const isOld = kindOf(exchange.head) !== 'mcp';
	const answered = (await (isOld ? sse : bridge)?.exchange(call)) ?? (await pass(call, renewals));
	const changes = call.table.transform;
	return transform && changes ? { ...answered, response: await transform.response(answered.response, changes, call.table.timeouts.response) } : answered;
}
async function pass(call, renewals) {
	const leg = call.session?.legs.find(({ server }) => server === call.pool.server);
	if (!leg) return call.send(call.request);
	return renewals ? renewals.send(call, leg) : sendTo(call, leg);
}
function relay(exchange, { counts }, { table: { timeouts }, era }, response, sessionId, isCancelled) {
	const { outgoing, state, head } = exchange;
	const isStream = isEventStream(response);
	const extra = { ...corsHeaders(state.tables, head), ...idHeaders(exchange) };
	if (sessionId !== null) extra['mcp-session-id'] = sessionId;
	if (Buffer.isBuffer(response.body) && response.status !== 204) extra['content-length'] = response.body.length;
	const isGone = outgoing.destroyed || outgoing.writableEnded;
	if (!isGone) outgoing.writeHead(response.status, returnedHeaders(response, isStream, extra));
	const { body } = response;
	if (Buffer.isBuffer(body)) {
		if (!isGone) outgoing.end(body.length < SHORT ? body.toString('latin1') : body, 'latin1');
		return;
	}
	if (!isGone && isStream) outgoing.flushHeaders();
	const isAnnounced = isListening(exchange);
	const closeStream = isStream && !isAnnounced ? counts.openStream(tenantOf(exchange) ?? '') : () => { };
	const wait = isStream ? timeouts.idleStream : timeouts.response;
	const timer = setTimeout(() => body.destroy(), wait);
	if (isStream) body.on('data', () => timer.refresh());
	body.once('close', () => {
		clearTimeout(timer);
		closeStream();
		if (!body.readableEnded && !outgoing.writableEnded) outgoing.destroy();
	});
	body.on('error', () => { });
	const onClosed = () => onClientClosed(body, isCancelled ? 0 : timeouts.response);
	if (isGone) return onClosed();
	outgoing.once('close', onClosed);
	body.pipe(outgoing);
	if (isStream && isAnnounced) exchange.farewell = endBetweenEvents(body, outgoing, era === 'modern' ? lastEvent(messageOf(exchange)?.id ?? null) : '');
}
function onClientClosed(body, patience) {
	if (body.readableEnded || body.destroyed) return;
	if (patience === 0) return void body.destroy();
	const timer = setTimeout(() => body.destroy(), patience);
	body.once('close', () => clearTimeout(timer));
	body.unpipe().resume();
}
const UNUSABLE = '';
function sessionHeader(exchange, call, { counts, metrics, parts }, { instance, response }) {
	const upstreamId = response.headers['mcp-session-id'];
	if (kindOf(exchange.head) !== 'mcp') return null;
	if (call.session && call.sessionId !== undefined) {
		const isDeleted = call.request.method === 'DELETE' && response.status < 300;
		if (isDeleted) parts().renewals?.end(call.sessionId);
		if ((response.status === 404 || isDeleted) && counts.endSession(call.sessionId)) metrics.count('mcpgen_sessions_ended_total', {});
		return upstreamId === undefined ? null : call.sessionId;
	}
	if (typeof upstreamId !== 'string' || response.status >= 300) return null;
	const leg = { server: call.pool.server, instance: instance?.id ?? ANY_INSTANCE, upstreamId };
	const id = call.seal(leg);
	if (id === null) return UNUSABLE;
	counts.openSession(id, tenantOf(exchange) ?? '', performance.now() + SESSION_IDLE);
	metrics.count('mcpgen_sessions_opened_total', {});
	return id;
}

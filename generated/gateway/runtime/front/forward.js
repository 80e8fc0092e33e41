// mcpgen
import {answer} from '../answer/answer.js';
import {messageIn, tenantIn} from '../decision/facts.js';
import {REASON_OF_FAULT} from '../decision/reasons.js';
import {ANY_INSTANCE} from '../identity/session.js';
import {discard} from '../upstream/deliver.js';
import {NEVER} from '../upstream/roundtrip.js';
import {UpstreamFault} from '../wire/fault.js';
import {isEventStream} from '../wire/media-type.js';
import {callTo} from './calls.js';
import {idHeaders, isListening, leavingCancels} from './exchange.js';
import {SESSION_IDLE} from './facts.js';
import {endBetweenEvents, lastEvent} from './farewell.js';
import {corsHeaders} from './respond.js';
import {returnedHeaders} from './answer-headers.js';
export async function forward(exchange, pool, services) {
	const { client, head } = exchange;
	const isCancelled = leavingCancels(exchange);
	const leaving = isCancelled ? new AbortController() : null;
	const stay = leaving && client.onLeave(() => leaving.abort());
	const call = callTo(pool, exchange, services, leaving?.signal ?? NEVER);
	let answered;
	try {
		answered = await answer(call, head.kind, services.parts());
	} catch (error) {
		if (!(error instanceof UpstreamFault)) throw error;
		if (call.request.signal.aborted) return { reason: null };
		return { reason: call.session && error.stage === 'refused' ? 'session-unknown' : REASON_OF_FAULT[error.stage] };
	}
	stay?.();
	const { response } = answered;
	const sessionId = call.era === 'modern' ? null : sessionHeader(exchange, call, services, answered);
	if (sessionId === UNUSABLE || response.status < 200 || response.status > 599) {
		discard(response);
		return { reason: 'upstream-lost' };
	}
	if (head.kind.session.openedBy === 'any-request' && response.status === 200 && !client.hasLeft) {
		services.metrics.count('mcpgen_sessions_opened_total', {});
		client.onLeave(() => services.metrics.count('mcpgen_sessions_ended_total', {}));
	}
	relay(exchange, services, call, answered, sessionId);
	return null;
}
function relay(exchange, { counts }, { table: { timeouts }, era }, { response }, sessionId) {
	const { client, state, head, judgement } = exchange;
	const { status, body } = response;
	const isStream = isEventStream(response);
	const own = [...(judgement?.cors ?? corsHeaders(state.tables, head)), ...idHeaders(exchange)];
	if (sessionId !== null) own.push('mcp-session-id', sessionId);
	const headers = returnedHeaders(response, isStream, own);
	if (Buffer.isBuffer(body)) return client.answer(status, headers, body);
	const isGone = client.isDone;
	client.begin(status, headers);
	if (!isGone && isStream) client.flush();
	const isAnnounced = isListening(exchange);
	const closeStream = isStream && !isAnnounced ? counts.openStream(tenantIn(exchange.facts) ?? '') : NOTHING;
	const timer = setTimeout(() => body.destroy(), isStream ? timeouts.idleStream : timeouts.response);
	if (isStream) body.on('data', () => timer.refresh());
	body.once('close', () => {
		clearTimeout(timer);
		closeStream();
		if (!body.readableEnded && !client.isDone) client.cut();
	});
	body.on('error', NOTHING);
	const patience = leavingCancels(exchange) ? 0 : timeouts.response;
	if (isGone) return onClientClosed(body, patience, NOTHING);
	const unpipe = client.pipe(body);
	client.onLeave(() => onClientClosed(body, patience, unpipe));
	if (!isStream || !isAnnounced) return;
	exchange.farewell = endBetweenEvents(body, unpipe, client, era === 'modern' ? lastEvent(messageIn(exchange.facts)?.id ?? null) : '');
}
const NOTHING = () => { };
function onClientClosed(body, patience, unpipe) {
	if (body.readableEnded || body.destroyed) return;
	if (patience === 0) return void body.destroy();
	const timer = setTimeout(() => body.destroy(), patience);
	body.once('close', () => clearTimeout(timer));
	unpipe();
	body.resume();
}
const UNUSABLE = '';
function sessionHeader(exchange, call, { counts, metrics, parts }, { instance, response }) {
	const upstreamId = response.headers['mcp-session-id'];
	if (exchange.head.kind.session.livesIn !== 'id') return null;
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
	counts.openSession(id, tenantIn(exchange.facts) ?? '', performance.now() + SESSION_IDLE);
	metrics.count('mcpgen_sessions_opened_total', {});
	return id;
}

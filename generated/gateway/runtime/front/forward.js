// mcpgen
import {answer} from '../answer/answer.js';
import {askedIn} from '../decision/facts.js';
import {REASON_OF_FAULT} from '../decision/reasons.js';
import {ANY_INSTANCE} from '../identity/session.js';
import {discard} from '../upstream/deliver.js';
import {NEVER} from '../upstream/roundtrip.js';
import {causeOf} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
import {isEventStream} from '../wire/media-type.js';
import {ended} from '../process/ended.js';
import {callTo} from './calls.js';
import {endCall, idHeaders, isListening, leavingCancels} from './exchange.js';
import {SESSION_IDLE} from './facts.js';
import {endingsOf, lastEvent} from './farewell.js';
import {holderOf} from './holder.js';
import {answerHeaders} from './respond.js';
import {returnedHeaders} from './answer-headers.js';
export async function forward(exchange, pool, services, told) {
	const {client, head} = exchange;
	const isCancelled = leavingCancels(exchange);
	const leaving = isCancelled ? new AbortController() : null;
	const stay = leaving && client.onLeave(() => leaving.abort());
	const call = callTo(pool, exchange, services, leaving?.signal ?? NEVER);
	let answered;
	try {
		answered = await answer(call, head.kind, services.parts());
	} catch (error) {
		if (!(error instanceof UpstreamFault)) throw error;
		told(null);
		if (call.request.signal.aborted) return {reason: null};
		exchange.cause = causeOf(error);
		const isGone = call.session !== null && error.stage === 'refused';
		if (isGone && head.request.method === 'DELETE') endSession(exchange, call, services);
		return {reason: isGone ? 'session-unknown' : REASON_OF_FAULT[error.stage], retryAfter: error.retryAfter };
	}
	stay?.();
	const {response} = answered;
	const lost = exchange.state !== services.state() && isEventStream(response) ? await lostMeanwhile(exchange, services, response) : null;
	if (lost) {
		discard(response);
		return {reason: lost};
	}
	const sessionId = call.era === 'modern' ? null : sessionHeader(exchange, call, services, answered);
	if (sessionId === UNUSABLE || response.status < 200 || response.status > 599) {
		discard(response);
		told(null);
		exchange.cause = sessionId === UNUSABLE ? UNSEALABLE : causeOf(new UpstreamFault('answered', `it answered with status ${response.status}`));
		return {reason: 'upstream-lost' };
	}
	if (head.kind.session.openedBy === 'any-request' && response.status === 200 && !client.hasLeft) {
		services.metrics.count('mcpgen_sessions_opened_total', {});
		client.onLeave(() => services.metrics.count('mcpgen_sessions_ended_total', {}));
	}
	relay(exchange, services, call, answered, sessionId);
	told(response);
	return null;
}
async function lostMeanwhile(exchange, services, {body}) {
	const lost = services.revocation()?.lostRight(exchange, services.state()) ?? null;
	if (!(lost instanceof Promise) || Buffer.isBuffer(body)) return lost;
	body.on('error', NOTHING);
	const reason = await lost;
	return reason ?? (body.destroyed ? 'upstream-lost' : null);
}
function relay(exchange, services, {table: {timeouts}, era}, {response}, sessionId) {
	const {client, state, head, judgement} = exchange;
	const {counts} = services;
	const {status, body} = response;
	const isStream = isEventStream(response);
	const own = [...(judgement?.answerHeaders ?? answerHeaders(state.tables, head)), ...idHeaders(exchange)];
	if (sessionId !== null) own.push('mcp-session-id', sessionId);
	const headers = returnedHeaders(response, isStream, own, state.tables.ownedHeaders);
	if (Buffer.isBuffer(body)) return client.answer(status, headers, body);
	const isGone = client.isDone;
	client.begin(status, headers);
	if (!isGone && isStream) client.flush();
	const isAnnounced = isListening(exchange);
	const closeStream = isStream && !isAnnounced ? counts.turnIntoStream(holderOf(exchange)) : NOTHING;
	exchange.atServer++;
	const timer = setTimeout(() => {
		exchange.cause = isStream ? IDLE_STREAM : TOO_LONG;
		body.destroy();
	}, isStream ? timeouts.idleStream : timeouts.response);
	if (isStream) body.on('data', () => timer.refresh());
	body.once('close', () => {
		clearTimeout(timer);
		closeStream();
		endCall(exchange);
		if (!body.readableEnded && !client.isDone) client.cut();
	});
	body.on('error', (error) => void (exchange.cause ??= causeOf(error)));
	const patience = leavingCancels(exchange) ? 0 : timeouts.response;
	if (isGone) return onClientClosed(body, patience, NOTHING);
	const unpipe = client.pipe(body);
	client.onLeave(() => onClientClosed(body, patience, unpipe));
	if (!isStream) return;
	const endings = endingsOf(body, unpipe, client);
	const last = !isAnnounced ? null : era === 'modern' ? lastEvent(askedIn(exchange.facts)) : '';
	exchange.endStream = endings.atOnce;
	if (last !== null) exchange.farewell = () => endings.inOrder(last);
	services.parts().endAtExpiry?.(services, exchange, endings, last);
}
const NOTHING = () => {};
const UNSEALABLE = {code: 'SESSION_ID_TOO_LONG', cause: 'its session id is too long to be sealed into one of 4096 characters', blame: 'server' };
const IDLE_STREAM = {code: 'STREAM_IDLE', cause: 'nothing came on its stream for timeouts.idleStream', blame: 'server' };
const TOO_LONG = {code: 'ANSWER_TOO_SLOW', cause: 'its answer was not whole within timeouts.response', blame: 'server' };
function onClientClosed(body, patience, unpipe) {
	if (body.readableEnded || body.destroyed) return;
	if (patience === 0) return void body.destroy();
	const timer = setTimeout(() => body.destroy(), patience);
	body.once('close', () => clearTimeout(timer));
	unpipe();
	body.resume();
}
const UNUSABLE = '';
function sessionHeader(exchange, call, services, {instance, response}) {
	const {counts, metrics, revocation} = services;
	const upstreamId = response.headers['mcp-session-id'];
	if (exchange.head.kind.session.livesIn !== 'id') return null;
	if (call.session && call.sessionId !== undefined) {
		const isLost = response.status === 404;
		if (call.request.method === 'DELETE' && (isLost || response.status < 300)) endSession(exchange, call, services);
		else if (isLost && counts.endSession(call.sessionId)) metrics.count('mcpgen_sessions_ended_total', {});
		return upstreamId === undefined ? null : call.sessionId;
	}
	if (typeof upstreamId !== 'string' || response.status >= 300) return null;
	const leg = {server: call.pool.server, instance: instance?.id ?? ANY_INSTANCE, upstreamId};
	const id = call.seal(leg);
	if (id === null) return UNUSABLE;
	counts.openSession(id, holderOf(exchange), performance.now() + SESSION_IDLE);
	revocation()?.use(id, exchange, leg);
	metrics.count('mcpgen_sessions_opened_total', {});
	return id;
}
function endSession({state}, {session, sessionId = '' }, { counts, metrics, parts, revocation }) {
	ended.end(sessionId, (session?.issuedAt ?? Date.now()) + state.tables.raw.sessions.ttl);
	revocation()?.drop(sessionId);
	parts().renewals?.end(sessionId);
	if (counts.endSession(sessionId)) metrics.count('mcpgen_sessions_ended_total', {});
}

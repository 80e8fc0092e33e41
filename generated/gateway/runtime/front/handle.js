// mcpgen: A request from its first byte to its log line.
import {randomUUID} from 'node:crypto';
import {decide} from '../decision/decide.js';
import {eraIn, messageIn} from '../decision/facts.js';
import {readHead} from '../decision/head.js';
import {rankOf} from '../decision/steps.js';
import {auditCalls, countMessage} from '../observe/audit.js';
import {answerItself, refuse, sendRefusal} from './own-answers.js';
import {isListening, leavingCancels} from './exchange.js';
import {FIND_FACT, reserveStream} from './facts.js';
import {forwardedLines} from './request-headers.js';
import {KEPT_FOR, stillHolds} from './judgement.js';
import {forward} from './forward.js';
import {beginSpan, callerOf, report} from './report.js';
import {corsHeaders} from './respond.js';
const NOTHING = () => { };
const FIRST_FACT = rankOf('address');
export function createHandler(services) {
	const standing = new Set();
	const serve = (client) => {
		const exchange = begin(client, services.state());
		client.onLeave(() => {
			standing.delete(exchange);
			exchange.releaseBody();
			exchange.releaseStream();
			if (!exchange.isOpeningSession) exchange.releaseSession();
			report(services, exchange);
			services.onClosed();
		});
		run(services, exchange, standing).catch((error) => {
			services.log('error', 'request-failed', { request_id: exchange.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
			if (client.hasBegun) client.cut();
			else refuse(services, exchange, 'internal');
		});
	};
	const endStreams = () => {
		for (const exchange of standing) {
			if (exchange.farewell) exchange.farewell();
			else if (!exchange.client.hasBegun) refuse(services, exchange, 'draining');
		}
	};
	return { serve, endStreams };
}
function begin(client, state) {
	const startedAt = performance.now();
	const { memory, length, request } = client;
	const { judgement } = memory;
	const kept = stillHolds(judgement, state, startedAt, length) ? judgement : null;
	const id = requestId(request, state);
	return {
		id, correlationId: correlationId(request) ?? id, startedAt, client, state,
		head: kept?.head ?? readHead(state.tables, request, state.trusted), judgement: kept, facts: noFacts(), body: null,
		session: null, claimed: null, instance: null, releaseBody: NOTHING, releaseStream: NOTHING, releaseSession: NOTHING,
		isOpeningSession: false, span: null, farewell: null, reason: null, note: null,
	};
}
function noFacts() {
	const unknown = undefined;
	const facts = {
		address: unknown, principal: unknown, tenants: unknown, quota: unknown, body: unknown, session: unknown, instance: unknown,
	};
	return facts;
}
async function run(services, exchange, standing) {
	const { head, state, facts, client, judgement: kept } = exchange;
	const { parts, counts, pools } = services;
	const vouched = parts().sse?.vouched(head, state) ?? null;
	if (vouched) Object.assign(facts, vouched.facts);
	let decision = decide(state.tables, head, facts, vouched?.from ?? (kept ? FIRST_FACT : 0));
	while (decision.kind === 'need') {
		const found = FIND_FACT[decision.fact](exchange, services);
		facts[decision.fact] = found instanceof Promise ? await found : found;
		decision = decide(state.tables, head, facts, decision.row);
	}
	if (decision.kind === 'refuse') return sendRefusal(services, exchange, decision);
	if (decision.kind === 'answer') return answerItself(services, exchange, decision.what);
	if (!vouched) exchange.judgement ??= judge(exchange);
	if (client.hasLeft && leavingCancels(exchange)) return;
	const pool = pools.get(head.route?.server ?? '');
	if (!pool) return refuse(services, exchange, 'no-instance');
	const message = messageIn(facts);
	if (isListening(exchange)) {
		if (services.isDraining()) return refuse(services, exchange, 'draining');
		standing.add(exchange);
	}
	if (message?.method === 'subscriptions/listen' && !reserveStream(exchange, counts)) return refuse(services, exchange, 'streams-full');
	if (!vouched && message) {
		countMessage(services, pool.server, eraIn(facts));
		if (message.calls.length > 0) auditCalls(services, state.tables.raw, pool.server, callerOf(exchange), message);
	}
	exchange.isOpeningSession = head.kind.session.livesIn === 'id';
	exchange.span = beginSpan(services, exchange);
	try {
		const failed = await forward(exchange, pool, services);
		if (failed?.reason) refuse(services, exchange, failed.reason);
	} finally {
		if (exchange.isOpeningSession || client.hasLeft) exchange.releaseSession();
	}
}
function judge({ client, state, startedAt, head, facts }) {
	const { principal, tenants } = facts;
	const until = startedAt + KEPT_FOR;
	const judgement = { state, until, head, principal, tenants, forwardedLines: forwardedLines(head), cors: corsHeaders(state.tables, head) };
	client.memory.judgement = judgement;
	return judgement;
}
function requestId({ headers, peer }, state) {
	const given = headers['x-request-id'];
	return given !== undefined && /^[A-Za-z0-9-]{8,64}$/.test(given) && state.trusted(peer) ? given : randomUUID();
}
function correlationId({ headers }) {
	const given = headers['x-correlation-id'];
	return given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : null;
}

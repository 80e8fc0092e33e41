// mcpgen: A request from its first byte to its log line.
import {randomUUID} from 'node:crypto';
import {decide} from '../decision/decide.js';
import {eraIn, messageIn} from '../decision/facts.js';
import {readHead} from '../decision/head.js';
import {rankOf} from '../decision/steps.js';
import {auditCalls, countMessage} from '../observe/audit.js';
import {answerItself, refuse, sendRefusal} from './own-answers.js';
import {clientOf, endCall, forgetBody, isListening, leavingCancels, releaseCall} from './exchange.js';
import {holderOf} from './holder.js';
import {FIND_FACT, reserveCall, reserveStream} from './facts.js';
import {renew} from './renew-exchange.js';
import {forwardedLines} from './request-headers.js';
import {KEPT_FOR, stillHolds} from './judgement.js';
import {forward} from './forward.js';
import {beginSpan, callerOf, report} from './report.js';
import {corsHeaders} from './respond.js';
const NOTHING = () => { };
const FIRST_FACT = rankOf('address');
export function createHandler(services) {
	const open = new Set();
	const serve = (client) => {
		const exchange = begin(client, services.state());
		client.onLeave(() => {
			open.delete(exchange);
			exchange.isOver = true;
			exchange.dropBody?.();
			exchange.releaseStream();
			releaseCall(exchange);
			if (!exchange.isOpeningSession) exchange.releaseSession();
			report(services, exchange);
		});
		if (client.isOneTooMany) {
			client.closeAfterwards();
			return refuse(services, exchange, 'instance-full');
		}
		const ended = () => void (exchange.keepsBody || forgetBody(exchange));
		run(services, exchange, open).then(ended, (error) => {
			ended();
			services.log('error', 'request-failed', { request_id: exchange.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
			if (client.hasBegun) client.cut();
			else refuse(services, exchange, 'internal');
		});
	};
	const endStreams = () => {
		for (const exchange of open) {
			if (!isListening(exchange)) continue;
			if (exchange.farewell) exchange.farewell();
			else if (!exchange.client.hasBegun) refuse(services, exchange, 'draining');
		}
	};
	return { serve, endStreams, revoke: () => services.revocation()?.revoke(services, open) };
}
function begin(client, state) {
	const startedAt = performance.now();
	const { memory, length, request } = client;
	const { judgement } = memory;
	const kept = stillHolds(judgement, state, startedAt, length) ? judgement : null;
	const id = requestId(request, state);
	return {
		id, correlationId: correlationId(request) ?? id, startedAt, client, state,
		head: kept?.head ?? readHead(state.tables, request, state.trusted), judgement: kept, facts: noFacts(), holder: null,
		body: null, weight: 0, booking: null, keepsBody: false, dropBody: null, session: null, claimed: null, instance: null,
		releaseStream: NOTHING, releaseCall: NOTHING, atServer: 0, isOver: false, releaseSession: NOTHING,
		isOpeningSession: false, span: null, farewell: null, endStream: null, reason: null, cause: null, failure: null,
		note: null,
	};
}
function noFacts() {
	const unknown = undefined;
	const facts = {
		address: unknown, principal: unknown, tenants: unknown, quota: unknown, body: unknown, session: unknown, instance: unknown,
	};
	return facts;
}
async function run(services, exchange, open) {
	const { facts, client } = exchange;
	const { parts, counts, pools } = services;
	let vouched = parts().sse?.vouched(exchange.head, exchange.state) ?? null;
	if (vouched) Object.assign(facts, vouched.facts);
	let decision = decide(exchange.state.tables, exchange.head, facts, vouched?.from ?? (exchange.judgement ? FIRST_FACT : 0));
	while (decision.kind === 'need') {
		const found = FIND_FACT[decision.fact](exchange, services);
		let { row } = decision;
		facts[decision.fact] = found instanceof Promise ? await found : found;
		if (exchange.state !== services.state()) {
			renew(exchange, services.state());
			vouched &&= parts().sse?.vouched(exchange.head, exchange.state) ?? null;
			if (vouched) Object.assign(facts, vouched.facts);
			row = vouched?.from ?? 0;
		}
		decision = decide(exchange.state.tables, exchange.head, facts, row);
	}
	const { head, state } = exchange;
	if (decision.kind === 'refuse') return sendRefusal(services, exchange, decision);
	if (decision.kind === 'answer') return answerItself(services, exchange, decision.what);
	if (vouched && !parts().sse?.isVouchedFor(vouched, exchange.body)) return refuse(services, exchange, 'credentials-invalid');
	if (!vouched) exchange.judgement ??= judge(exchange);
	if (client.hasLeft && leavingCancels(exchange)) return;
	const pool = pools.get(head.route?.server ?? '');
	if (!pool) return refuse(services, exchange, 'no-instance');
	const message = messageIn(facts);
	if (facts.body === undefined) client.passOverBody();
	if (isListening(exchange) && services.isDraining()) return refuse(services, exchange, 'draining');
	if (message && !(message.method === 'subscriptions/listen' ? reserveStream : reserveCall)(exchange, counts)) {
		return refuse(services, exchange, 'streams-full');
	}
	if (!vouched && message) countMessage(services, pool.server, eraIn(facts));
	if (message && message.calls.length > 0) {
		auditCalls(services, state.tables.raw, { server: pool.server, caller: callerOf(exchange), isRelayed: vouched !== null }, message);
		for (const call of message.calls) call.argumentsJson = '';
	}
	exchange.isOpeningSession = head.kind.session.livesIn === 'id';
	exchange.span = beginSpan(services, exchange);
	exchange.atServer++;
	if (!client.isDone) open.add(exchange);
	try {
		const tools = vouched || !message ? [] : message.calls.map(({ tool }) => tool ?? '');
		const told = (response) => {
			if (tools.length === 0) return;
			const holder = clientOf(exchange) === null ? undefined : holderOf(exchange);
			services.metrics.toolCalls(pool.server, tools, state.tables.raw.limits.toolNames, response, holder);
		};
		const failed = await forward(exchange, pool, services, told);
		if (failed?.reason) refuse(services, exchange, failed.reason, failed.retryAfter);
	} finally {
		endCall(exchange);
		if (exchange.isOpeningSession || client.hasLeft) exchange.releaseSession();
	}
}
function judge({ client, state, startedAt, head, facts }) {
	const { principal, tenants } = facts;
	const until = startedAt + KEPT_FOR;
	const { pass = [] } = state.tables.pools.get(head.route?.server ?? '') ?? {};
	const judgement = { state, until, head, principal, tenants, forwardedLines: forwardedLines(head, pass), cors: corsHeaders(state.tables, head) };
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

// mcpgen: A request from its first byte to its log line.
import {randomUUID} from 'node:crypto';
import {decide} from '../decision/decide.js';
import {eraIn, messageIn, tenantIn} from '../decision/facts.js';
import {readHead} from '../decision/head.js';
import {reasonRow} from '../decision/reasons.js';
import {rankOf} from '../decision/steps.js';
import {createOpenExchanges} from './open-exchanges.js';
import {answerItself, refuse, sendRefusal} from './own-answers.js';
import {endCall, forgetBody, isListening, isNamed, leavingCancels, releaseCall} from './exchange.js';
import {holderOf} from './holder.js';
import {FIND_FACT, reserveCall, reserveStream} from './facts.js';
import {renew} from './renew-exchange.js';
import {forwardedLines} from './request-headers.js';
import {keptUntil, stillHolds} from './judgement.js';
import {forward} from './forward.js';
import {auditCalls, beginSpan, report} from './report.js';
import {answerHeaders} from './respond.js';
import {NO_HEADERS} from '../wire/own-headers.js';
const NOTHING = () => {};
const FIRST_FACT = rankOf('address');
export function createHandler(services) {
	const open = createOpenExchanges();
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
		for (const exchange of open.all()) {
			if (exchange.isOver || !isListening(exchange)) continue;
			if (exchange.farewell) exchange.farewell();
			else if (!exchange.client.hasBegun) refuse(services, exchange, 'draining');
		}
	};
	return {serve, endStreams, revoke: async () => services.revocation()?.revoke(services, open.all())};
}
function begin(client, state) {
	const startedAt = performance.now();
	const {memory, length, request} = client;
	const {judgement} = memory;
	const kept = stillHolds(judgement, state, startedAt, length) ? judgement : null;
	const id = requestId(request, state);
	return {
		id, correlationId: correlationId(request) ?? id, startedAt, client, state,
		head: kept?.head ?? readHead(state.tables, request, state.trusted), judgement: kept, facts: noFacts(), holder: null,
		body: null, weight: 0, booking: null, keepsBody: false, dropBody: null, session: null, isRelayed: false,
		told: NO_HEADERS, claimed: null, instance: null, releaseStream: NOTHING, releaseCall: NOTHING, atServer: 0,
		openAt: null, isOver: false, releaseSession: NOTHING, isOpeningSession: false, span: null, farewell: null,
		endStream: null, reason: null, deniedAt: null, cause: null, failure: null, note: null,
	};
}
function noFacts() {
	const unknown = undefined;
	const facts = {
		address: unknown, principal: unknown, lookup: unknown, tenants: unknown, quota: unknown, body: unknown, session: unknown, instance: unknown,
	};
	return facts;
}
async function run(services, exchange, open) {
	const {facts, client} = exchange;
	const {parts, counts, pools} = services;
	let vouched = parts().sse?.vouched(exchange.head, exchange.state) ?? null;
	if (vouched) Object.assign(facts, vouched.facts);
	exchange.isRelayed = vouched !== null;
	let decision = decide(exchange.state.tables, exchange.head, facts, vouched?.from ?? (exchange.judgement ? FIRST_FACT : 0));
	while (decision.kind === 'need') {
		const found = FIND_FACT[decision.fact](exchange, services);
		let {row} = decision;
		facts[decision.fact] = found instanceof Promise ? await found : found;
		while (exchange.state !== services.state()) {
			await renew(exchange, services.state());
			vouched &&= parts().sse?.vouched(exchange.head, exchange.state) ?? null;
			if (vouched) Object.assign(facts, vouched.facts);
			exchange.isRelayed = vouched !== null;
			row = vouched?.from ?? 0;
		}
		decision = decide(exchange.state.tables, exchange.head, facts, row);
	}
	const {head, state} = exchange;
	const isSaid = decision.kind === 'allow' || (decision.kind === 'refuse' && reasonRow(decision.reason).inBand === true);
	const isForged = vouched !== null && isSaid && !parts().sse?.isVouchedFor(vouched, exchange.body);
	state.tables.items?.forget(messageIn(facts)?.elements);
	if (decision.kind === 'refuse' && !isForged) return sendRefusal(services, exchange, decision);
	if (decision.kind === 'answer') return answerItself(services, exchange, decision.what);
	if (isForged) return refuse(services, exchange, 'credentials-invalid');
	const told = exchange.judgement?.told ?? state.forwarding?.told(tenantIn(facts) ?? '', facts.principal) ?? NO_HEADERS;
	if ('code' in told) {
		exchange.cause = told;
		return refuse(services, exchange, 'claim-unsendable');
	}
	exchange.told = told;
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
	if (!vouched && message) services.metrics.count('mcpgen_messages_total', { server: pool.server, era: eraIn(facts) });
	if (message && message.calls.length > 0) {
		auditCalls(services, exchange);
		for (const call of message.calls) call.argumentsJson = '';
	}
	exchange.isOpeningSession = head.kind.session.livesIn === 'id';
	exchange.span = beginSpan(services, exchange);
	exchange.atServer++;
	if (!client.isDone) open.add(exchange);
	try {
		const tools = vouched || !message ? [] : message.calls.map(({tool}) => tool ?? '');
		const onAnswer = (response) => {
			if (tools.length === 0) return;
			const holder = !isNamed(exchange) ? undefined : holderOf(exchange);
			services.metrics.toolCalls(pool.server, tools, state.tables.raw.limits.toolNames, response, holder);
		};
		const failed = await forward(exchange, pool, services, onAnswer);
		if (failed?.reason) refuse(services, exchange, failed.reason, failed.retryAfter);
	} finally {
		endCall(exchange);
		if (exchange.isOpeningSession || client.hasLeft) exchange.releaseSession();
	}
}
function judge({client, state, startedAt, head, facts, told}) {
	const {principal, lookup, tenants} = facts;
	const until = Math.min(keptUntil(principal, startedAt), lookup?.kind === 'tenant' ? lookup.until : Infinity);
	const server = head.route?.server ?? '';
	const {pass = []} = state.tables.pools.get(server) ?? {};
	const lines = forwardedLines(head, pass, state.keptBack.get(server));
	const judgement = {state, until, head, principal, lookup, tenants, forwardedLines: lines, told, answerHeaders: answerHeaders(state.tables, head)};
	client.memory.judgement = judgement;
	return judgement;
}
function requestId({headers, peer}, state) {
	const given = headers['x-request-id'];
	return given !== undefined && /^[A-Za-z0-9-]{8,64}$/.test(given) && state.trusted(peer) ? given : randomUUID();
}
function correlationId({headers}) {
	const given = headers['x-correlation-id'];
	return given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : null;
}

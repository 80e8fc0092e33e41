// mcpgen: Takes what is open from callers that a reload has left without the right to it.
import {messageIn} from '../decision/facts.js';
import {reasonRow, refusalBody} from '../decision/reasons.js';
import {idText} from '../wire/replies.js';
import {clientNamed} from '../identity/principal.js';
import {discard} from '../upstream/deliver.js';
import {ended} from '../process/ended.js';
import {isListening} from './exchange.js';
import {createHoldings, ownerKeeps} from './holdings.js';
import {lostRight} from './lost-right.js';
import {refuse} from './own-answers.js';
import {auditRefusal} from './report.js';
const GOODBYE = 5000;
export function createRevocation() {
	const holdings = createHoldings();
	return {...holdings, lostRight, revoke: (services, open) => revoke(services, open, holdings)};
}
async function revoke(services, open, holdings) {
	const {log, metrics, parts} = services;
	const state = services.state();
	let streams = 0;
	const isWaiting = (exchange) => isListening(exchange) && !exchange.client.hasBegun;
	const asked = open.filter((exchange) => exchange.state !== state && (isWaiting(exchange) || exchange.endStream));
	const judged = asked.map(async (exchange) => {
		const lost = await lostRight(exchange, state);
		if (lost === null || exchange.isOver) return;
		streams++;
		if (isWaiting(exchange)) refuse(services, exchange, lost);
		else endStream(services, exchange, lost);
	});
	await Promise.all(judged);
	const sessions = await holdings.revoked(state);
	for (const session of sessions) {
		ended.end(session.id, Date.now() + state.tables.raw.sessions.ttl);
		const renewed = parts().renewals?.end(session.id) ?? Promise.resolve(null);
		if (services.counts.endSession(session.id)) metrics.count('mcpgen_sessions_ended_total', {});
		const {tenant, principal, leg} = session;
		log('info', 'session-revoked', { server: leg.server, tenant, client: clientNamed(principal) });
		void renewed.then((instead) => tellServer(services, instead ?? leg, state.forwarding?.signed(tenant)));
	}
	parts().bridge?.revoke((owner, server) => ownerKeeps(state, owner, server));
	if (streams + sessions.length > 0) log('info', 'access-revoked', { streams, sessions: sessions.length });
}
function endStream(services, exchange, lost) {
	const {facts, id} = exchange;
	exchange.reason = 'access-revoked';
	exchange.note = `A reload has taken the right to this stream: ${lost}`;
	services.metrics.count('mcpgen_refusals_total', { reason: exchange.reason });
	auditRefusal(services, exchange, {status: reasonRow('access-revoked').status, reason: 'access-revoked', step: null, at: null });
	const asked = messageIn(facts);
	const last = asked?.shape === 'request' ? `event: message\ndata: ${refusalBody('access-revoked', idText(asked), id)}\n\n` : '';
	exchange.endStream?.(last);
}
async function tellServer({pools}, leg, vouched) {
	const instance = pools.get(leg.server)?.byId(leg.instance);
	if (!instance || leg.upstreamId === '') return;
	const request = {method: 'DELETE', headers: { 'mcp-session-id': leg.upstreamId }, body: null, vouched, signal: AbortSignal.timeout(GOODBYE) };
	await instance.upstream.send(request).then(discard, () => {});
}

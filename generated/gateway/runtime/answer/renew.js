// mcpgen: Sessions whose instance has gone, or has forgotten them.
import {inSession, sendTo} from './call.js';
import {judgeSession, mayMeanLoss} from './lost.js';
import {unusable} from './unusable.js';
import {digest} from '../wire/digest.js';
import {messageText, POST_HEADERS} from '../wire/json-rpc.js';
import {ANY_INSTANCE, keepsItsSession} from '../identity/session.js';
import {discard} from '../upstream/deliver.js';
import {readBody} from '../wire/read-body.js';
import {UpstreamFault} from '../wire/fault.js';
const MOST_KEPT = 10_000;
const MOST_ID = 3000;
export function createRenewals() {
	const legs = new Map();
	const keep = (key, leg) => {
		legs.delete(key);
		legs.set(key, leg);
		if (legs.size > MOST_KEPT) legs.delete(legs.keys().next().value);
	};
	const renew = (key, lost, call, init) => {
		const under = legs.get(key);
		const renewed = (under ?? Promise.resolve(lost)).then((leg) => (leg === lost ? open(call, init, lost) : leg));
		keep(key, renewed);
		renewed.catch(() => legs.get(key) === renewed && legs.delete(key));
		return renewed;
	};
	return {
		end: (id) => {
			const key = digest(id);
			const instead = legs.get(key) ?? Promise.resolve(null);
			keep(key, Promise.resolve(null));
			return instead.catch(() => null);
		},
		async send(call, sealed) {
			const key = digest(call.sessionId ?? '');
			const known = await legs.get(key);
			const leg = known ?? sealed;
			const sent = await attempt(call, leg);
			const found = sent && mayMeanLoss(sent.response) ? await judge(call, leg, sent) : sent;
			if (found && !found.isLost) return found;
			const init = call.session?.init ?? null;
			const isEnding = known === null || call.request.method === 'DELETE' || (call.request.method === 'POST' && call.request.body === null);
			if (!keepsItsSession(call.table) || init === null || isEnding) {
				if (found?.response.status === 404) return found;
				if (found) discard(found.response);
				throw new UpstreamFault('refused', 'the server does not know the session any more');
			}
			if (found) discard(found.response);
			const renewed = await renew(key, leg, call, init);
			if (!renewed) throw new UpstreamFault('refused');
			return sendTo({...call, request: withoutEventId(call.request)}, renewed);
		},
	};
}
async function judge(call, leg, answered) {
	const isAsked = leg.upstreamId !== '' && leg.instance !== ANY_INSTANCE && answered.instance?.upstream.origin !== undefined;
	if (!isAsked) return {...answered, isLost: answered.response.status === 404};
	const ask = async (request) => (await sendTo({...call, request}, leg)).response;
	return {...answered, ...(await judgeSession(call.request, answered.response, call.table.timeouts.response, ask))};
}
function attempt(call, leg) {
	return sendTo(call, leg).catch((error) => {
		if (error instanceof UpstreamFault && error.stage === 'refused') return null;
		throw error;
	});
}
function withoutEventId(request) {
	const {'last-event-id': _, ...headers } = request.headers;
	return {...request, headers};
}
async function open(call, init, {server}) {
	const {request, send, table} = call;
	const {headers, query = '', signal } = withoutEventId(request);
	const say = (text) => ({method: 'POST', query, headers: { ...headers, ...POST_HEADERS }, body: Buffer.from(text), signal });
	const ended = ({body}) => readBody(body, table.timeouts.firstByte).catch(() => {});
	const opened = await send(say(`{"jsonrpc":"2.0","id":"mcpgen","method":"initialize","params":${init.text}}`), { repeats: 1 });
	const {instance, response} = opened;
	await ended(response);
	if (response.status !== 200) throw unusable(call, opened, 'initialize', null);
	const upstreamId = String(response.headers['mcp-session-id'] ?? '');
	if (upstreamId.length > MOST_ID) throw unusable(call, opened, 'initialize', {}, 'has a session id that is too long to be kept');
	const greeted = await send(inSession(say(messageText({method: 'notifications/initialized' })), upstreamId), { at: instance });
	await ended(greeted.response);
	return {server, instance: instance.id, upstreamId};
}

// mcpgen: do not edit.
/**
 * Sessions whose instance has gone. A client that is told so seldom starts again by itself (MCP-WIRE §7, Session loss), so where the server keeps nothing
 * that matters, the gateway opens a new session behind the old id.
 */
import { inSession, sendTo } from './call.js';
import { digest } from './digest.js';
import { messageText, POST_HEADERS } from './json-rpc.js';
import { keepsItsSession } from './session.js';
import { discard } from './upstream/deliver.js';
import { readBody } from './upstream/read-body.js';
import { UpstreamFault } from './upstream/upstream.js';
const MOST_KEPT = 10_000;
const MOST_ID = 3000;
export class Renewals {
	#legs = new Map();
	end(id) {
		this.#keep(digest(id), Promise.resolve(null));
	}
	async send(call, sealed) {
		const key = digest(call.sessionId ?? '');
		const known = await this.#legs.get(key);
		const leg = known ?? sealed;
		const found = await attempt(call, leg);
		const init = call.session?.init ?? null;
		const isEnding = known === null || call.request.method === 'DELETE';
		if ((found && found.response.status !== 404) || !keepsItsSession(call.table) || init === null || isEnding) {
			if (found) return found;
			throw new UpstreamFault('refused');
		}
		if (found) discard(found.response);
		const renewed = await this.#renew(key, leg, call, init);
		if (!renewed) throw new UpstreamFault('refused');
		const { 'last-event-id': _, ...headers } = call.request.headers;
		return sendTo({ ...call, request: { ...call.request, headers } }, renewed);
	}
	#renew(key, lost, call, init) {
		const under = this.#legs.get(key);
		const renewed = (under ?? Promise.resolve(lost)).then((leg) => (leg === lost ? open(call, init, lost) : leg));
		this.#keep(key, renewed);
		renewed.catch(() => this.#legs.delete(key));
		return renewed;
	}
	#keep(key, leg) {
		this.#legs.delete(key);
		this.#legs.set(key, leg);
		if (this.#legs.size > MOST_KEPT) this.#legs.delete(this.#legs.keys().next().value);
	}
}
function attempt(call, leg) {
	return sendTo(call, leg).catch((error) => {
		if (error instanceof UpstreamFault && error.stage === 'refused') return null;
		throw error;
	});
}
async function open({ request, send, table }, init, { server }) {
	const say = (message) => {
		const { 'last-event-id': _, ...rest } = request.headers;
		const headers = { ...rest, ...POST_HEADERS };
		return { method: 'POST', headers, body: Buffer.from(messageText(message)), signal: request.signal };
	};
	const ended = ({ body }) => readBody(body, table.timeouts.firstByte).catch(() => { });
	const { instance, response } = await send(say({ id: 'mcpgen', method: 'initialize', params: init }), { repeats: 1 });
	await ended(response);
	if (response.status !== 200) throw new UpstreamFault('sent');
	const upstreamId = String(response.headers['mcp-session-id'] ?? '');
	if (upstreamId.length > MOST_ID) throw new UpstreamFault('sent');
	const greeted = await send(inSession(say({ method: 'notifications/initialized' }), upstreamId), { at: instance });
	await ended(greeted.response);
	return { server, instance: instance.id, upstreamId };
}

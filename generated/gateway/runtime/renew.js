// mcpgen: do not edit.
/**
 * Sessions whose instance has gone. A client that is told so seldom starts again by itself (MCP-WIRE §7, Session loss), so where the server keeps nothing
 * that matters, the gateway opens a new session behind the old id.
 */
import { createHash } from 'node:crypto';
import { ANY_INSTANCE } from './session.js';
import { discard } from './upstream/deliver.js';
import { UpstreamFault } from './upstream/upstream.js';
export const keepsItsSession = ({ sessionLoss }) => sessionLoss === 'reinitialise';
const MOST_INIT = 1500;
export function initOf(message) {
	const { protocolVersion, capabilities, clientInfo } = message?.initialize ?? {};
	if (typeof protocolVersion !== 'string') return null;
	const { name = '', version = '' } = fields(clientInfo);
	const init = { protocolVersion, capabilities: fields(capabilities), clientInfo: { name, version } };
	return JSON.stringify(init).length <= MOST_INIT ? init : null;
}
const fields = (value) => (typeof value === 'object' && value !== null ? { ...value } : {});
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
		return renewed ? this.#again(call, renewed) : Promise.reject(new UpstreamFault('refused'));
	}
	#renew(key, lost, call, init) {
		const under = this.#legs.get(key);
		const renewed = (under ?? Promise.resolve(lost)).then((leg) => (leg === lost ? open(call, init, lost) : leg));
		this.#keep(key, renewed);
		renewed.catch(() => this.#legs.delete(key));
		return renewed;
	}
	async #again(call, leg) {
		const found = await attempt(call, leg);
		if (!found) throw new UpstreamFault('refused');
		return found;
	}
	#keep(key, leg) {
		this.#legs.delete(key);
		this.#legs.set(key, leg);
		if (this.#legs.size > MOST_KEPT) this.#legs.delete(this.#legs.keys().next().value);
	}
}
async function attempt({ pool, request, send }, { instance, upstreamId }) {
	const at = instance === ANY_INSTANCE ? undefined : pool.byId(instance);
	if (!at && instance !== ANY_INSTANCE) return null;
	try {
		return await send(inSession(request, upstreamId), at ? { at } : {});
	} catch (error) {
		if (error instanceof UpstreamFault && error.stage === 'refused') return null;
		throw error;
	}
}
function inSession(request, upstreamId) {
	return upstreamId === '' ? request : { ...request, headers: { ...request.headers, 'mcp-session-id': upstreamId } };
}
async function open({ request, send, table }, init, { server }) {
	const say = (message) => {
		const { 'last-event-id': _, ...rest } = request.headers;
		const headers = { ...rest, 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
		return { method: 'POST', headers, body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message })), signal: request.signal };
	};
	const { instance, response } = await send(say({ id: 'mcpgen', method: 'initialize', params: init }), { repeats: 1 });
	await drained(response, table.timeouts.firstByte);
	if (response.status !== 200) throw new UpstreamFault('sent');
	const upstreamId = String(response.headers['mcp-session-id'] ?? '');
	if (upstreamId.length > MOST_ID) throw new UpstreamFault('sent');
	const greeted = await send(inSession(say({ method: 'notifications/initialized' }), upstreamId), { at: instance });
	await drained(greeted.response, table.timeouts.firstByte);
	return { server, instance: instance.id, upstreamId };
}
function drained({ body }, within) {
	if (Buffer.isBuffer(body)) return Promise.resolve();
	const timer = setTimeout(() => body.destroy(), within);
	return new Promise((resolve) => {
		body.on('error', () => { }).once('close', resolve).once('close', () => clearTimeout(timer));
		body.resume();
	});
}
const digest = (id) => createHash('sha256').update(id).digest('base64');

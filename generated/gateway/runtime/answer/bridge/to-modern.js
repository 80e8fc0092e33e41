// mcpgen
import {asObject, at, failure, success} from '../../wire/json-rpc.js';
import {SERVER_INFO} from '../../wire/meta-keys.js';
import {UpstreamFault} from '../../wire/fault.js';
import {bridgedCapabilities, ownAnswer, readReply} from './answers.js';
import {forwardToModern, MISUNDERSTOOD} from './forward-to-modern.js';
import {createHints} from './hints.js';
const NOT_BRIDGED = /^(?:resources\/(?:un)?subscribe|(?:subscriptions|tasks)\/.*)$/;
const LEVEL = /^(?:debug|info|notice|warning|error|critical|alert|emergency)$/;
const MOST_SESSIONS = 10_000;
const keyOf = (call) => (call.session && call.sessionId?.slice(-22)) ?? '';
export function createToModern(log) {
	const hints = createHints();
	const requests = forwardToModern(hints, log);
	const levels = new Map();
	const remember = (session, level) => {
		if (session) levels.set(session, level);
		if (levels.size > MOST_SESSIONS) levels.delete(levels.keys().next().value);
	};
	const introduce = async (call, id, served) => {
		const { capabilities, instructions, _meta } = await hints.discover(call);
		const requested = call.message?.initialize?.['protocolVersion'];
		const result = {
			protocolVersion: served.find((revision) => revision === requested) ?? served.at(-1),
			capabilities: bridgedCapabilities(capabilities),
			serverInfo: at(_meta, SERVER_INFO) ?? { name: call.pool.server, version: 'unknown' },
			instructions,
		};
		const { instance, response } = ownAnswer(200, success(id, result));
		return { instance, response: { ...response, headers: { ...response.headers, 'mcp-session-id': 'bridge' } } };
	};
	const one = async (call, message, served) => {
		const { id, method, params } = message;
		const session = keyOf(call);
		if (typeof method !== 'string' || id === undefined) {
			if (method === 'notifications/cancelled' && session) requests.cancel(session, at(params, 'requestId'));
			return ownAnswer(202);
		}
		if (method === 'initialize') return introduce(call, id, served);
		if (NOT_BRIDGED.test(method)) return ownAnswer(200, failure(id, -32601, 'Method not found'));
		if (method === 'logging/setLevel') {
			const level = at(params, 'level');
			if (typeof level !== 'string' || !LEVEL.test(level)) return ownAnswer(200, failure(id, -32602, 'Unknown log level'));
			remember(session, level);
		} else if (method !== 'ping') return requests.send(call, message, session, levels.get(session));
		return ownAnswer(200, success(id, {}));
	};
	const batch = async (call, messages, served) => {
		const replies = messages.map(async (message) => {
			const { id } = message;
			try {
				const { response } = await one(call, message, served);
				if (response.status === 202) return [];
				return [{ ...((await readReply(response, call.table.timeouts.response)) ?? failure(id, -32603, MISUNDERSTOOD)), id }];
			} catch (error) {
				if (!(error instanceof UpstreamFault)) throw error;
				return [failure(id, -32603, 'The server behind the gateway failed')];
			}
		});
		const all = (await Promise.all(replies)).flat();
		return all.length > 0 ? ownAnswer(200, all) : ownAnswer(202);
	};
	return async (call, served) => {
		const { method, body } = call.request;
		const session = keyOf(call);
		if (levels.get(session) === null) return ownAnswer(404, failure(call.message?.id ?? null, -32001, 'Session not found'));
		if (method === 'DELETE') {
			remember(session, null);
			return ownAnswer(200);
		}
		if (method !== 'POST') return ownAnswer(405, failure(null, 405, 'Method not allowed'), { allow: 'POST, DELETE' });
		const value = JSON.parse(`${body}`);
		return Array.isArray(value) ? batch(call, value.map(asObject), served) : one(call, asObject(value), served);
	};
}

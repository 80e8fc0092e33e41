// mcpgen
import {asObject, at} from '../../wire/json-rpc.js';
import {membersOf, objectText} from '../../wire/json-members.js';
import {ownFailureText, successText} from '../../wire/replies.js';
import {elementTexts, memberText} from '../../wire/json-text.js';
import {tagOf} from '../../process/ended.js';
import {createMemory} from '../../process/memory.js';
import {UpstreamFault} from '../../wire/fault.js';
import {bridgedCapabilities, ownAnswer, readReplyText} from './answers.js';
import {forwardToModern, MISUNDERSTOOD} from './forward-to-modern.js';
import {createHints} from './hints.js';
const NOT_BRIDGED = /^(?:resources\/(?:un)?subscribe|(?:subscriptions|tasks)\/.*)$/;
const LEVEL = /^(?:debug|info|notice|warning|error|critical|alert|emergency)$/;
const MOST_SESSIONS = 10_000;
const keyOf = ({session, sessionId}) => (session && sessionId !== undefined ? tagOf(sessionId) : '');
export function createToModern(log) {
	const hints = createHints();
	const requests = forwardToModern(hints, log);
	const levels = createMemory(MOST_SESSIONS);
	const remember = ({owner}, session, level) => {
		if (session) levels.set(owner, session, level);
	};
	const introduce = async (call, id, served) => {
		const {capabilities, instructions, serverInfo} = await hints.discover(call);
		const requested = call.message?.initialize?.['protocolVersion'];
		const result = {
			protocolVersion: served.find((revision) => revision === requested) ?? served.at(-1),
			capabilities: bridgedCapabilities(capabilities),
			serverInfo: serverInfo ?? {name: call.pool.server, version: 'unknown' },
			instructions,
		};
		const {instance, response} = ownAnswer(200, successText(id, result));
		return {instance, response: {...response, headers: {...response.headers, 'mcp-session-id': 'bridge' } } };
	};
	const one = async (call, said, served) => {
		const {method, params} = said.message;
		const id = memberText(said.text, ['id']);
		const session = keyOf(call);
		if (typeof method !== 'string' || id === null) {
			if (method === 'notifications/cancelled' && session) requests.cancel(session, at(params, 'requestId'));
			return ownAnswer(202);
		}
		if (method === 'initialize') return introduce(call, id, served);
		const {headers} = call.request;
		if (NOT_BRIDGED.test(method)) return ownAnswer(200, ownFailureText(headers, id, -32601, 'Method not found', 'method-not-bridged'));
		if (method === 'logging/setLevel') {
			const level = at(params, 'level');
			const isLevel = typeof level === 'string' && LEVEL.test(level);
			if (!isLevel) return ownAnswer(200, ownFailureText(headers, id, -32602, 'Unknown log level', 'log-level-unknown'));
			remember(call, session, level);
		} else if (method !== 'ping') return requests.send(call, said, session, levels.get(call.owner, session));
		return ownAnswer(200, successText(id, {}));
	};
	const batch = async (call, values, texts, served) => {
		const replies = texts.map(async (text, i) => {
			const id = memberText(text, ['id']);
			const {headers} = call.request;
			try {
				const {response} = await one(call, {message: asObject(values[i]), text}, served);
				if (response.status === 202) return [];
				const reply = await readReplyText(response, call.table.timeouts.response);
				if (reply === null) return [ownFailureText(headers, id, -32603, MISUNDERSTOOD, 'server-misunderstood')];
				return [objectText(membersOf(reply).set('id', id ?? 'null'))];
			} catch (error) {
				if (!(error instanceof UpstreamFault)) throw error;
				return [ownFailureText(headers, id, -32603, 'The server behind the gateway failed', 'upstream-lost')];
			}
		});
		const all = (await Promise.all(replies)).flat();
		return all.length > 0 ? ownAnswer(200, `[${all.join(',')}]`) : ownAnswer(202);
	};
	return async (call, served) => {
		const {method, headers, body} = call.request;
		const session = keyOf(call);
		if (levels.get(call.owner, session) === null) {
			return ownAnswer(404, ownFailureText(headers, body && memberText(`${body}`, ['id']), -32001, 'Session not found', 'session-unknown'));
		}
		if (method === 'DELETE') {
			remember(call, session, null);
			return ownAnswer(200);
		}
		if (method !== 'POST') return ownAnswer(405, ownFailureText(headers, null, 405, 'Method not allowed', 'method-not-allowed'), { allow: 'POST, DELETE' });
		const text = `${body}`;
		const value = call.value();
		return Array.isArray(value) ? batch(call, value, elementTexts(text) ?? [], served) : one(call, {message: asObject(value), text}, served);
	};
}

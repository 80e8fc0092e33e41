// mcpgen: do not edit.
import { isEventStream } from '../headers.js';
import { asObject, at, failure, isReply, success } from '../json-rpc.js';
import { CLIENT_INFO, LOG_LEVEL, SERVER_INFO } from '../meta-keys.js';
import { readBody } from '../upstream/read-body.js';
import { UpstreamFault } from '../upstream/upstream.js';
import { answer, bridgedCapabilities, parseReply, passed } from './answers.js';
import { readReply, rewriteEvents } from './events.js';
import { Hints } from './hints.js';
import { modernRequest } from './requests.js';
const NOT_BRIDGED = /^(?:resources\/(?:un)?subscribe|(?:subscriptions|tasks)\/.*)$/;
const LEVEL = /^(?:debug|info|notice|warning|error|critical|alert|emergency)$/;
const MOST_SESSIONS = 10_000;
const NEEDS_MORE = 'The server asks for more in the middle of the call, which is not bridged to clients of this revision';
const MISUNDERSTOOD = 'The gateway and the server do not understand each other';
const ITS_OWN = [200, 202, 400, 404, 405];
const keyOf = (call) => (call.session && call.sessionId?.slice(-22)) ?? '';
const requestKey = (session, id) => `${session} ${JSON.stringify(id)}`;
export function createToModern(log) {
	const hints = new Hints();
	const levels = new Map();
	const running = new Map();
	const remember = (key, level) => {
		if (key) levels.set(key, level);
		if (levels.size > MOST_SESSIONS) levels.delete(levels.keys().next().value);
	};
	const introduce = async (call, id, served) => {
		const { capabilities, instructions, _meta } = await hints.discover(call);
		const asked = call.message?.initialize?.['protocolVersion'];
		const result = {
			protocolVersion: served.find((revision) => revision === asked) ?? served.at(-1),
			capabilities: bridgedCapabilities(capabilities),
			serverInfo: at(_meta, SERVER_INFO) ?? { name: call.pool.server, version: 'unknown' },
			instructions,
		};
		const { instance, response } = answer(200, success(id, result));
		return { instance, response: { ...response, headers: { ...response.headers, 'mcp-session-id': 'bridge' } } };
	};
	const one = async (call, message, served) => {
		const { id, method, params } = message;
		const key = keyOf(call);
		if (typeof method !== 'string' || id === undefined) {
			if (method === 'notifications/cancelled' && key) running.get(requestKey(key, at(params, 'requestId')))?.();
			return answer(202);
		}
		if (method === 'initialize') return introduce(call, id, served);
		if (NOT_BRIDGED.test(method)) return answer(200, failure(id, -32601, 'Method not found'));
		if (method !== 'ping' && method !== 'logging/setLevel') return forward(call, message);
		if (method === 'ping') return answer(200, success(id, {}));
		const level = at(params, 'level');
		if (typeof level !== 'string' || !LEVEL.test(level)) return answer(200, failure(id, -32602, 'Unknown log level'));
		remember(key, level);
		return answer(200, success(id, {}));
	};
	const forward = async (call, message) => {
		const stop = new AbortController();
		const name = requestKey(keyOf(call), message['id']);
		const done = () => void running.delete(name);
		let events;
		running.set(name, () => {
			events?.finish();
			setImmediate(() => stop.abort());
		});
		try {
			const { response } = await ask(call, message, stop.signal);
			const { status, headers } = response;
			if (status === 200 && isEventStream(response)) {
				events = rewriteEvents(response.body, (event) => (isReply(event) ? legacyReply(call, message, event)[1] : event)).once('close', done);
				return passed(status, headers, events);
			}
			const body = await readBody(response.body, call.table.timeouts.response);
			done();
			if (!ITS_OWN.includes(status)) return passed(status, headers, body);
			const reply = parseReply(body);
			return answer(...(reply ? legacyReply(call, message, reply) : misunderstood(call, message, status)), headers);
		} catch (error) {
			done();
			if (stop.signal.aborted) return answer(202);
			throw error;
		}
	};
	const ask = async (call, message, signal, isStale = false) => {
		const { method, params } = message;
		const said = { [LOG_LEVEL]: levels.get(keyOf(call)), [CLIENT_INFO]: call.session?.init?.clientInfo };
		const headers = method === 'tools/call' ? await hints.paramHeaders(call, params, isStale) : {};
		const delivered = await call.send(modernRequest(call, message, signal, said, headers));
		if (isStale || method !== 'tools/call' || delivered.response.status !== 400) return delivered;
		const body = await readBody(delivered.response.body, call.table.timeouts.response);
		if (at(parseReply(body), 'error', 'code') === -32020) return ask(call, message, signal, true);
		return { ...delivered, response: { ...delivered.response, body } };
	};
	const misunderstood = ({ pool }, { id, method }, code) => {
		log('warn', 'bridge-refused', { server: pool.server, method: `${method}`.slice(0, 64), code });
		return [502, failure(id, -32603, MISUNDERSTOOD)];
	};
	const legacyReply = (call, message, reply) => {
		const { id } = message;
		const code = Number(at(reply, 'error', 'code'));
		const { resultType = 'complete', ttlMs: _ttl, cacheScope: _scope, _meta, ...result } = asObject(reply['result']);
		if (code === -32021 || resultType !== 'complete') return [200, failure(id, -32603, NEEDS_MORE)];
		if (code <= -32020 && code >= -32099) return misunderstood(call, message, code);
		if ('error' in reply) return [200, { ...reply, id }];
		const { [SERVER_INFO]: _info, ...meta } = asObject(_meta);
		return [200, success(id, Object.keys(meta).length > 0 ? { ...result, _meta: meta } : result)];
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
		return all.length > 0 ? answer(200, all) : answer(202);
	};
	return async (call, served) => {
		const { method, body } = call.request;
		if (levels.get(keyOf(call)) === null) return answer(404, failure(call.message?.id ?? null, -32001, 'Session not found'));
		if (method === 'DELETE') {
			remember(keyOf(call), null);
			return answer(200);
		}
		if (method !== 'POST') return answer(405, failure(null, 405, 'Method not allowed'), { allow: 'POST, DELETE' });
		const value = JSON.parse(`${body}`);
		return Array.isArray(value) ? batch(call, value.map(asObject), served) : one(call, asObject(value), served);
	};
}

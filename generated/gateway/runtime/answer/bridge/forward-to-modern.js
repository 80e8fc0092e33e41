// mcpgen
import {asObject, at, failure, isReply, success} from '../../wire/json-rpc.js';
import {isEventStream} from '../../wire/media-type.js';
import {CLIENT_INFO, LOG_LEVEL, SERVER_INFO} from '../../wire/meta-keys.js';
import {readBody} from '../../wire/read-body.js';
import {ownAnswer, parseReply, passed, rewriteEvents} from './answers.js';
import {modernRequest} from './requests.js';
const NEEDS_MORE = 'The server asks for more in the middle of the call, which is not bridged to clients of this revision';
export const MISUNDERSTOOD = 'The gateway and the server do not understand each other';
const ITS_OWN = [200, 202, 400, 404, 405];
const requestKey = (session, id) => `${session} ${JSON.stringify(id)}`;
export function forwardToModern(hints, log) {
	const running = new Map();
	const send = async (call, message, session, level) => {
		const stop = new AbortController();
		const key = requestKey(session, message['id']);
		const done = () => void running.delete(key);
		let events;
		running.set(key, () => {
			events?.finish();
			setImmediate(() => stop.abort());
		});
		try {
			const { response } = await ask(call, message, level, stop.signal);
			const { status, headers } = response;
			if (status === 200 && isEventStream(response)) {
				events = rewriteEvents(response.body, (event) => (isReply(event) ? legacyReply(call, message, event)[1] : event)).once('close', done);
				return passed(status, headers, events);
			}
			const body = await readBody(response.body, call.table.timeouts.response);
			done();
			if (!ITS_OWN.includes(status)) return passed(status, headers, body);
			const reply = parseReply(body);
			return ownAnswer(...(reply ? legacyReply(call, message, reply) : misunderstood(call, message, status)), headers);
		} catch (error) {
			done();
			if (stop.signal.aborted) return ownAnswer(202);
			throw error;
		}
	};
	const ask = async (call, message, level, signal, isStale = false) => {
		const { method, params } = message;
		const said = { [LOG_LEVEL]: level, [CLIENT_INFO]: call.session?.init?.clientInfo };
		const headers = method === 'tools/call' ? await hints.paramHeaders(call, params, isStale) : {};
		const delivered = await call.send(modernRequest(call, message, signal, said, headers));
		if (isStale || method !== 'tools/call' || delivered.response.status !== 400) return delivered;
		const body = await readBody(delivered.response.body, call.table.timeouts.response);
		if (at(parseReply(body), 'error', 'code') === -32020) return ask(call, message, level, signal, true);
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
	return { send, cancel: (session, id) => running.get(requestKey(session, id))?.() };
}

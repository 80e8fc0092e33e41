// mcpgen
import {refusedBy, unusable} from '../unusable.js';
import {asObject, at, isReply, parseJson} from '../../wire/json-rpc.js';
import {membersOf, objectText} from '../../wire/json-members.js';
import {memberText, ownText} from '../../wire/json-text.js';
import {isEventStream} from '../../wire/media-type.js';
import {CLIENT_INFO, LOG_LEVEL, SERVER_INFO} from '../../wire/meta-keys.js';
import {readBody} from '../../wire/read-body.js';
import {ownFailureText, replyText} from '../../wire/replies.js';
import {ownAnswer, parseReply, passed, rewriteEvents} from './answers.js';
import {modernRequest} from './requests.js';
const NEEDS_CAPABILITY = -32021;
const NEEDS_MORE = 'The server asks for more in the middle of the call, which is not bridged to clients of this revision';
export const MISUNDERSTOOD = 'The gateway and the server do not understand each other';
const ITS_OWN = [200, 202, 400, 404, 405];
const isComplete = (resultType) => resultType === undefined || parseJson(resultType) === 'complete';
const isOfTransport = (reply) => {
	const code = Number(at(reply, 'error', 'code'));
	return code <= -32020 && code >= -32099 && code !== NEEDS_CAPABILITY;
};
const requestKey = (session, id) => `${session} ${JSON.stringify(id)}`;
export function forwardToModern(hints, log) {
	const running = new Map();
	const send = async (call, said, session, level) => {
		const stop = new AbortController();
		const key = requestKey(session, said.message['id']);
		const waiting = {id: ownText(memberText(said.text, ['id'])), method: `${said.message['method']}`.slice(0, 64) };
		const done = () => void running.delete(key);
		let events;
		running.set(key, () => {
			events?.finish();
			setImmediate(() => stop.abort());
		});
		try {
			const delivered = await ask(call, said, level, stop.signal);
			const {response} = delivered;
			const {status, headers} = response;
			if (status === 200 && isEventStream(response)) {
				const rewrite = (event, text) => (isReply(event) ? replyOnStream(call, delivered, waiting, event, text) : true);
				events = rewriteEvents(response.body, rewrite).once('close', done);
				return passed(status, headers, events);
			}
			const body = await readBody(response.body, call.table.timeouts.response);
			done();
			if (!ITS_OWN.includes(status)) return passed(status, headers, body);
			const reply = parseReply(body);
			if (!reply || isOfTransport(reply)) throw misunderstood(call, delivered, waiting, reply);
			return ownAnswer(200, legacyReply(call, waiting, `${body}`), headers);
		} catch (error) {
			done();
			if (stop.signal.aborted) return ownAnswer(202);
			throw error;
		}
	};
	const ask = async (call, said, level, signal, isStale = false) => {
		const {method, params} = said.message;
		const ofClient = {[LOG_LEVEL]: level, [CLIENT_INFO]: call.session?.init?.clientInfo};
		const headers = method === 'tools/call' ? await hints.paramHeaders(call, withWholeNumbers(params, said.text), isStale) : {};
		const delivered = await call.send(modernRequest(call, said.text, signal, ofClient, headers));
		if (isStale || method !== 'tools/call' || delivered.response.status !== 400) return delivered;
		const body = await readBody(delivered.response.body, call.table.timeouts.response);
		if (at(parseReply(body), 'error', 'code') === -32020) return ask(call, said, level, signal, true);
		return {...delivered, response: {...delivered.response, body}};
	};
	const misunderstood = (call, delivered, {method}, reply) => {
		const fault = unusable(call, delivered, method, reply);
		log('warn', 'bridge-refused', { ...refusedBy(call, delivered.instance, fault), method, rpc_code: at(reply, 'error', 'code') });
		return fault;
	};
	const replyOnStream = (call, delivered, waiting, reply, text) => {
		if (!isOfTransport(reply)) return legacyReply(call, waiting, text);
		misunderstood(call, delivered, waiting, reply);
		return ownFailureText(call.request.headers, waiting.id, -32603, MISUNDERSTOOD, 'server-misunderstood');
	};
	const legacyReply = (call, waiting, text) => {
		const {id} = waiting;
		const reply = membersOf(text);
		const code = Number(at(parseJson(reply.get('error') ?? ''), 'code'));
		const result = membersOf(reply.get('result'));
		if (code === NEEDS_CAPABILITY || !isComplete(result.get('resultType'))) {
			return ownFailureText(call.request.headers, id, -32603, NEEDS_MORE, 'answer-not-bridged');
		}
		if (reply.has('error')) return objectText(reply.set('id', id ?? 'null'));
		const meta = membersOf(result.get('_meta'));
		meta.delete(SERVER_INFO);
		for (const name of ['resultType', 'ttlMs', 'cacheScope', '_meta']) result.delete(name);
		if (meta.size > 0) result.set('_meta', objectText(meta));
		return replyText(id, 'result', objectText(result));
	};
	return {send, cancel: (session, id) => running.get(requestKey(session, id))?.()};
}
const NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;
function withWholeNumbers(params, text) {
	const written = memberText(text, ['params', 'arguments']) ?? '';
	if (!/\d{16}/.test(written)) return params;
	return {...asObject(params), arguments: parseJson(written.replace(NUMBERS, (token) => (token.startsWith('"') ? token : `"${token}"`))) };
}

// mcpgen
import {asObject, at, isReply, parseJson} from '../../wire/json-rpc.js';
import {membersOf, objectText} from '../../wire/json-members.js';
import {memberText, ownText} from '../../wire/json-text.js';
import {isEventStream} from '../../wire/media-type.js';
import {CLIENT_INFO, LOG_LEVEL, SERVER_INFO} from '../../wire/meta-keys.js';
import {readBody} from '../../wire/read-body.js';
import {ownFailureText, replyText} from '../../wire/replies.js';
import {ownAnswer, parseReply, passed, rewriteEvents} from './answers.js';
import {modernRequest} from './requests.js';
const NEEDS_MORE = 'The server asks for more in the middle of the call, which is not bridged to clients of this revision';
export const MISUNDERSTOOD = 'The gateway and the server do not understand each other';
const ITS_OWN = [200, 202, 400, 404, 405];
const isComplete = (resultType) => resultType === undefined || parseJson(resultType) === 'complete';
const requestKey = (session, id) => `${session} ${JSON.stringify(id)}`;
export function forwardToModern(hints, log) {
	const running = new Map();
	const send = async (call, said, session, level) => {
		const stop = new AbortController();
		const key = requestKey(session, said.message['id']);
		const waiting = { id: ownText(memberText(said.text, ['id'])), method: `${said.message['method']}`.slice(0, 64) };
		const done = () => void running.delete(key);
		let events;
		running.set(key, () => {
			events?.finish();
			setImmediate(() => stop.abort());
		});
		try {
			const { response } = await ask(call, said, level, stop.signal);
			const { status, headers } = response;
			if (status === 200 && isEventStream(response)) {
				events = rewriteEvents(response.body, (event, text) => (isReply(event) ? legacyReply(call, waiting, text)[1] : true)).once('close', done);
				return passed(status, headers, events);
			}
			const body = await readBody(response.body, call.table.timeouts.response);
			done();
			if (!ITS_OWN.includes(status)) return passed(status, headers, body);
			const reply = parseReply(body);
			return ownAnswer(...(reply ? legacyReply(call, waiting, `${body}`) : misunderstood(call, waiting, status)), headers);
		} catch (error) {
			done();
			if (stop.signal.aborted) return ownAnswer(202);
			throw error;
		}
	};
	const ask = async (call, said, level, signal, isStale = false) => {
		const { method, params } = said.message;
		const ofClient = { [LOG_LEVEL]: level, [CLIENT_INFO]: call.session?.init?.clientInfo };
		const headers = method === 'tools/call' ? await hints.paramHeaders(call, withWholeNumbers(params, said.text), isStale) : {};
		const delivered = await call.send(modernRequest(call, said.text, signal, ofClient, headers));
		if (isStale || method !== 'tools/call' || delivered.response.status !== 400) return delivered;
		const body = await readBody(delivered.response.body, call.table.timeouts.response);
		if (at(parseReply(body), 'error', 'code') === -32020) return ask(call, said, level, signal, true);
		return { ...delivered, response: { ...delivered.response, body } };
	};
	const misunderstood = ({ pool, request }, { id, method }, code) => {
		log('warn', 'bridge-refused', { server: pool.server, method, code });
		return [502, ownFailureText(request.headers, id, -32603, MISUNDERSTOOD, 'server-misunderstood')];
	};
	const legacyReply = (call, waiting, text) => {
		const { id } = waiting;
		const reply = membersOf(text);
		const code = Number(at(parseJson(reply.get('error') ?? ''), 'code'));
		const result = membersOf(reply.get('result'));
		if (code === -32021 || !isComplete(result.get('resultType'))) {
			return [200, ownFailureText(call.request.headers, id, -32603, NEEDS_MORE, 'answer-not-bridged')];
		}
		if (code <= -32020 && code >= -32099) return misunderstood(call, waiting, code);
		if (reply.has('error')) return [200, objectText(reply.set('id', id ?? 'null'))];
		const meta = membersOf(result.get('_meta'));
		meta.delete(SERVER_INFO);
		for (const name of ['resultType', 'ttlMs', 'cacheScope', '_meta']) result.delete(name);
		if (meta.size > 0) result.set('_meta', objectText(meta));
		return [200, replyText(id, 'result', objectText(result))];
	};
	return { send, cancel: (session, id) => running.get(requestKey(session, id))?.() };
}
const NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g;
function withWholeNumbers(params, text) {
	const written = memberText(text, ['params', 'arguments']) ?? '';
	if (!/\d{16}/.test(written)) return params;
	return { ...asObject(params), arguments: parseJson(written.replace(NUMBERS, (token) => (token.startsWith('"') ? token : `"${token}"`))) };
}

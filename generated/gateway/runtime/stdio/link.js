// mcpgen: do not edit.
import { UpstreamFault } from '../upstream/upstream.js';
import { startChild } from './child.js';
import { errorText, isId, messageText, readMessages, withId, withParam } from './message.js';
import { deliver } from './session.js';
import { frame } from './sse.js';
/** Of each: requests under way in either direction, sessions of a shared child. */
export const MAX_OPEN = 4096;
const CANCELLED = 'notifications/cancelled';
export function openLink(options, sessions, whenGone) {
	const shared = options.child.sharing === 'shared';
	const waiting = new Map();
	const asked = new Map();
	let last = Date.now();
	const rename = (id) => {
		if (!shared && !waiting.has(id)) return id;
		last += 1;
		return typeof id === 'string' ? `${last}` : last;
	};
	const fromChild = (message) => {
		const { kind, id, method, params } = message;
		if (kind === 'response') {
			const entry = waiting.get(id);
			waiting.delete(id);
			entry?.answer(withId(message, entry.id), 200);
		} else if (kind === 'request') {
			const session = [...waiting.values()].findLast((entry) => entry.session)?.session ?? [...sessions()].sort((a, b) => b.seen - a.seen)[0];
			if (!session || asked.size >= MAX_OPEN) return write(errorText(id, -32603, 'No client to ask'));
			const name = rename(id);
			asked.set(name, { session, id });
			deliver(session, frame(withId(message, name)), true);
		} else if (method === 'notifications/progress') {
			const token = params['progressToken'];
			const entry = [...waiting.values()].find(({ alias }) => isId(token) && alias === token);
			const bytes = frame(withParam(message, 'progressToken', entry?.token));
			if (entry?.stream?.shown) entry.stream.event(bytes);
			else if (entry?.session) deliver(entry.session, bytes, false);
		} else if (method === CANCELLED) {
			for (const [name, question] of asked) {
				if (question.id !== params['requestId']) continue;
				asked.delete(name);
				deliver(question.session, frame(withParam(message, 'requestId', name)), true);
			}
		} else {
			const bytes = frame(message.text);
			for (const session of sessions()) deliver(session, bytes, false);
		}
	};
	const onLine = (line) => {
		const read = readMessages(line);
		if (typeof read === 'number') return false;
		read.messages.forEach(fromChild);
		return true;
	};
	const onExit = () => {
		for (const { answer, id } of waiting.values()) answer(errorText(id, -32603, 'The server exited'), 502);
		whenGone();
	};
	const child = startChild(options, onLine, onExit);
	const { write } = child;
	const cancel = (session, id, reason) => {
		for (const [name, entry] of waiting) {
			if (entry.session !== session || (id !== undefined && id !== entry.id)) continue;
			waiting.delete(name);
			write(messageText({ method: CANCELLED, params: { requestId: name, reason } }));
			entry.answer(null, 200);
		}
	};
	return {
		...child,
		flow: shared ? () => { } : child.flow,
		check() {
			child.check();
			if (waiting.size >= MAX_OPEN) throw new UpstreamFault('full');
		},
		ask({ id, fields, params, meta, text }, answer, session, stream) {
			const token = meta['progressToken'];
			const name = rename(id);
			const alias = isId(token) ? rename(token) : token;
			waiting.set(name, { answer, session, stream, id, token, alias });
			const changed = alias === token ? {} : { params: { ...params, _meta: { ...meta, progressToken: alias } } };
			write(name === id ? text : JSON.stringify({ ...fields, ...changed, id: name }));
		},
		tell(session, message) {
			const { kind, id, method, params } = message;
			const question = kind === 'response' ? asked.get(id) : undefined;
			if (question?.session === session) {
				asked.delete(id);
				write(withId(message, question.id));
			} else if (method === CANCELLED) cancel(session, params['requestId'] ?? null, params['reason']);
			else if (kind === 'notification' && !(shared && method === 'notifications/initialized')) write(message.text);
		},
		leave(session) {
			cancel(session);
			for (const [name, question] of asked) {
				if (question.session !== session) continue;
				asked.delete(name);
				write(errorText(question.id, -32603, 'The client has gone'));
			}
		},
	};
}

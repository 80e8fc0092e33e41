// mcpgen: do not edit.
import { messageText } from '../json-rpc.js';
import { SUBSCRIPTION } from '../meta-keys.js';
import { UpstreamFault } from '../upstream/upstream.js';
import { startChild } from './child.js';
import { errorText, isId, readMessages, withId, withParam } from './message.js';
import { deliver } from './session.js';
import { frame } from '../event-stream.js';
/** Of each: requests under way in either direction, sessions of a shared child. */
export const MAX_OPEN = 4096;
/** Why a child is killed. */
export const TOO_DEEP = 'nested too deeply';
const CANCELLED = 'notifications/cancelled';
function openLink(options, sessions, whenGone) {
	const shared = options.child.sharing === 'shared';
	const waiting = new Map();
	const asked = new Map();
	let last = Date.now();
	const rename = (id) => {
		if (!shared && !waiting.has(id)) return id;
		last += 1;
		return typeof id === 'string' ? `${last}` : last;
	};
	const ofRequest = (message) => {
		const { method, params, meta } = message;
		const name = (method === CANCELLED ? params['requestId'] : meta[SUBSCRIPTION]);
		const entry = waiting.get(name);
		if (!entry) return false;
		const named = method === CANCELLED ? withParam(message, 'requestId', entry.id) : withParam(message, '_meta', { ...meta, [SUBSCRIPTION]: entry.id });
		entry.stream?.event(frame(named));
		if (method === CANCELLED && waiting.delete(name)) entry.answer(null, 200);
		return true;
	};
	const fromChild = (message) => {
		const { kind, id, method, params } = message;
		if (options.child.modern && kind === 'notification' && ofRequest(message)) return;
		if (kind === 'response') {
			const entry = waiting.get(id);
			const text = entry ? withId(message, entry.id) : null;
			waiting.delete(id);
			entry?.answer(text, 200);
		} else if (kind === 'request') {
			const session = [...waiting.values()].findLast((entry) => entry.session)?.session ?? [...sessions()].sort((a, b) => b.seen - a.seen)[0];
			if (!session || options.child.modern || asked.size >= MAX_OPEN) return child.refuse(errorText(id, -32603, 'No client to ask'));
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
		if (!/^\s*[[{]/.test(line)) return false;
		try {
			const read = readMessages(line);
			if (typeof read === 'number') return false;
			read.messages.forEach(fromChild);
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
			child.kill(TOO_DEEP);
		}
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
export function createLinks(options) {
	const links = new Map();
	let started = 0;
	return {
		get running() {
			return links.size;
		},
		get started() {
			return started;
		},
		launch(served, whenGone) {
			let ended = () => { };
			const end = new Promise((resolve) => void (ended = resolve));
			const link = openLink(options, served, () => {
				links.delete(link);
				ended();
				whenGone();
			});
			links.set(link, end);
			started += 1;
			return link;
		},
		async close() {
			for (const link of links.keys()) link.end();
			await Promise.all(links.values());
		},
	};
}

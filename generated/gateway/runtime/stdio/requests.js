// mcpgen: Requests to a child that it has not answered yet.
import {messageText} from '../wire/json-rpc.js';
import {SUBSCRIPTION} from '../wire/meta-keys.js';
import {frame} from '../wire/event-stream.js';
import {CANCELLED, errorText, isId, withId, withParam} from './message.js';
import {tellClient} from './session.js';
export function openRequests(isShared, write) {
	const open = new Map();
	let last = Date.now();
	const nameFor = (id) => {
		if (!isShared && !open.has(id)) return id;
		last += 1;
		return typeof id === 'string' ? `${last}` : last;
	};
	return {
		nameFor, count: () => open.size, latestSession: () => [...open.values()].findLast(({ session }) => session)?.session,
		ask({ id, fields, params, meta, text }, onReply, session, stream) {
			const token = meta['progressToken'];
			const name = nameFor(id);
			const childToken = isId(token) ? nameFor(token) : token;
			open.set(name, { onReply, session, stream, id, token, childToken });
			const changed = childToken === token ? {} : { params: { ...params, _meta: { ...meta, progressToken: childToken } } };
			write(name === id ? text : JSON.stringify({ ...fields, ...changed, id: name }));
		},
		reply(message) {
			const waiting = open.get(message.id);
			const text = waiting ? withId(message, waiting.id) : null;
			open.delete(message.id);
			waiting?.onReply(text, 200);
		},
		progress(message) {
			const token = message.params['progressToken'];
			const waiting = [...open.values()].find(({ childToken }) => isId(token) && childToken === token);
			const event = frame(withParam(message, 'progressToken', waiting?.token));
			if (waiting?.stream?.shown) waiting.stream.event(event);
			else if (waiting?.session) tellClient(waiting.session, event, false);
		},
		notify(message) {
			const { method, params, meta } = message;
			const name = (method === CANCELLED ? params['requestId'] : meta[SUBSCRIPTION]);
			const waiting = open.get(name);
			if (!waiting) return false;
			const { id, stream, onReply } = waiting;
			const renamed = method === CANCELLED ? withParam(message, 'requestId', id) : withParam(message, '_meta', { ...meta, [SUBSCRIPTION]: id });
			stream?.event(frame(renamed));
			if (method === CANCELLED && open.delete(name)) onReply(null, 200);
			return true;
		},
		cancel(session, id, reason) {
			for (const [name, waiting] of open) {
				if (waiting.session !== session || (id !== undefined && id !== waiting.id)) continue;
				open.delete(name);
				write(messageText({ method: CANCELLED, params: { requestId: name, reason } }));
				waiting.onReply(null, 200);
			}
		},
		fail() {
			for (const { onReply, id } of open.values()) onReply(errorText(id, -32603, 'The server exited'), 502);
		},
	};
}

// mcpgen: do not edit.
/** A child that speaks 2026-07-28: every request is complete in itself, so one process serves all, and there is nothing to open or to end. */
import { addAbortSignal } from 'node:stream';
import { MODERN } from '../decision/revision.js';
import { VERSION } from '../meta-keys.js';
import { UpstreamFault } from '../upstream/upstream.js';
import { jsonAnswer, streamAnswer } from './answer.js';
import { createLinks } from './link.js';
import { errorText, readMessages } from './message.js';
import { createSession } from './session.js';
import { frame } from '../event-stream.js';
import { supervise } from './supervisor.js';
const SPOKEN = [MODERN];
const STATUS = { [-32700]: 400, [-32600]: 400, [-32601]: 404, [-32020]: 400, [-32021]: 400, [-32022]: 400 };
const SOON = 1000;
export function createModernUpstream(options) {
	const { child, log, keepAlive } = options;
	const closing = new AbortController();
	const links = createLinks({ ...options, child: { ...child, sharing: 'shared' } });
	const streams = new Set();
	const begin = async (link) => ({ link, status: 200, reply: { result: {} } });
	const running = supervise((whenGone) => links.launch(() => [], whenGone), log, closing.signal, begin);
	const beat = setInterval(() => {
		for (const stream of streams) stream.keepAlive();
	}, keepAlive).unref();
	const ask = ({ headers, signal }, link, message) => new Promise((resolve, reject) => {
		const session = createSession(() => running(null), 2 * child.line, log);
		const stream = session.openPost(`${headers['accept']}`.includes('text/event-stream'));
		const show = () => {
			if (!stream.shown || streams.has(stream)) return;
			streams.add(stream);
			resolve(streamAnswer(stream));
		};
		const timer = setTimeout(show, SOON);
		const event = stream.event.bind(stream);
		stream.event = (bytes) => {
			show();
			event(bytes);
		};
		stream.on('close', () => {
			clearTimeout(timer);
			streams.delete(stream);
			reject(new UpstreamFault('sent'));
			link.leave(session);
		});
		addAbortSignal(signal, stream);
		const answer = (text, status) => {
			if (streams.has(stream)) {
				if (text !== null) event(frame(text));
				return void stream.end();
			}
			resolve(text === null ? jsonAnswer(202) : jsonAnswer(statusOf(text, status), text));
			stream.destroy();
		};
		link.ask(message, answer, session, stream);
	});
	const send = async (request) => {
		if (closing.signal.aborted) throw new UpstreamFault('refused');
		if (request.method !== 'POST') return jsonAnswer(405, errorText(null, 405, 'Method not allowed'), { allow: 'POST' });
		const read = readMessages(`${request.body}`);
		if (typeof read === 'number') return jsonAnswer(400, errorText(null, read, 'Not a JSON-RPC message'));
		const [message] = read.messages;
		if (read.batch || !message || message.kind === 'response') return jsonAnswer(400, errorText(null, -32600, 'One request or notification'));
		const { kind, id, meta, params } = message;
		if (kind === 'request' && meta[VERSION] === undefined) {
			const requested = params['protocolVersion'] ?? request.headers['mcp-protocol-version'] ?? null;
			return jsonAnswer(400, errorText(id, -32022, 'Unsupported protocol version', { supported: SPOKEN, requested }));
		}
		const { link } = await running(null);
		link.check();
		if (kind === 'request') return ask(request, link, message);
		if (message.method !== 'notifications/cancelled') link.write(message.text);
		return jsonAnswer(202);
	};
	return {
		send,
		async close() {
			closing.abort();
			clearInterval(beat);
			await links.close();
		},
		status: () => ({ processes: links.running, restarts: Math.max(0, links.started - 1) }),
	};
}
function statusOf(text, status) {
	const { error } = text.includes('"error"') ? JSON.parse(text) : {};
	return (error && STATUS[error.code]) ?? status;
}

// mcpgen: One child, and who waits for what from it.
import {frame} from '../wire/event-stream.js';
import {UpstreamFault} from '../wire/fault.js';
import {startChild} from './child.js';
import {CANCELLED, errorText, readMessages} from './message.js';
import {openQuestions} from './questions.js';
import {openRequests} from './requests.js';
import {tellClient} from './session.js';
export const MAX_OPEN = 4096;
export const TOO_DEEP = 'nested too deeply';
function openLink(options, sessions, onExit) {
	const { modern: isModern, sharing } = options.child;
	const isShared = sharing === 'shared';
	const write = (text) => child.write(text);
	const requests = openRequests(isShared, write);
	const questions = openQuestions(write, requests.nameFor);
	const sessionToAsk = () => requests.latestSession() ?? [...sessions()].sort((a, b) => b.seen - a.seen)[0];
	const fromChild = (message) => {
		const { shape, id, method } = message;
		if (isModern && shape === 'notification' && requests.notify(message)) return;
		if (shape === 'response') requests.reply(message);
		else if (shape === 'request') {
			const session = sessionToAsk();
			if (!session || isModern || questions.count() >= MAX_OPEN) return child.refuse(errorText(id, -32603, 'No client to ask'));
			questions.ask(session, message);
		} else if (method === 'notifications/progress') requests.progress(message);
		else if (method === CANCELLED) questions.cancel(message);
		else {
			const event = frame(message.text);
			for (const session of sessions()) tellClient(session, event, false);
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
	const child = startChild(options, onLine, () => {
		requests.fail();
		onExit();
	});
	return {
		...child, flow: isShared ? () => { } : child.flow, check() {
			child.check();
			if (requests.count() >= MAX_OPEN) throw new UpstreamFault('full');
		},
		ask: requests.ask, tell(session, message) {
			const { shape, method, params, text } = message;
			if (shape === 'response') questions.reply(session, message);
			else if (method === CANCELLED) requests.cancel(session, params['requestId'] ?? null, params['reason']);
			else if (shape === 'notification' && !(isShared && method === 'notifications/initialized')) write(text);
		},
		leave(session) {
			requests.cancel(session);
			questions.leave(session);
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
		launch(sessions, onExit) {
			let ended = () => { };
			const end = new Promise((resolve) => void (ended = resolve));
			const link = openLink(options, sessions, () => {
				links.delete(link);
				ended();
				onExit();
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

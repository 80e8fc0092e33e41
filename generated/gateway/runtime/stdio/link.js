// mcpgen: One child, and who waits for what from it.
import {frame} from '../wire/event-stream.js';
import {UpstreamFault} from '../wire/fault.js';
import {startChild} from './child.js';
import {longLines} from './long-lines.js';
import {failureText} from '../wire/replies.js';
import {CANCELLED, idText, readMessages} from './message.js';
import {openQuestions} from './questions.js';
import {openRequests} from './requests.js';
import {tellClient} from './session.js';
export const MAX_OPEN = 4096;
function openLink(options, sessions, onMessage, onExit) {
	const {counts, log, timeouts} = options;
	const {modern: isModern, sharing, line} = options.child;
	const isShared = sharing === 'shared';
	const write = (text) => child.write(text);
	const requests = openRequests(isShared, timeouts.response, write);
	const questions = openQuestions(write, requests.nameFor);
	const onlyOne = (meant) => meant.every(({principal}) => principal === meant[0]?.principal) ? meant.at(-1) : undefined;
	const sessionToAsk = () => {
		const askers = requests.askers();
		const all = [...sessions()].sort((a, b) => a.seen - b.seen);
		const meant = askers && onlyOne(askers.length > 0 ? askers : all);
		return meant && (all.includes(meant) ? meant : all.findLast(({principal}) => principal === meant.principal));
	};
	const drop = (what) => {
		counts.dropped += 1;
		if (counts.dropped % 1000 !== 1) return;
		log('warn', 'messages-dropped', { pid: child.pid, reason: 'could be meant for several callers', what, dropped: counts.dropped });
	};
	const tellAll = (message) => {
		const all = [...sessions()];
		const askers = requests.askers();
		if (!askers || (all.length > 0 && !onlyOne([...all, ...askers]))) return drop('notification');
		const event = frame(message.text);
		for (const session of all) tellClient(session, event, false);
	};
	const fromChild = (message) => {
		const {shape, method} = message;
		if (isModern && shape === 'notification' && requests.notify(message)) return;
		if (shape === 'response') requests.reply(message);
		else if (shape === 'request') {
			const session = isModern || questions.count() >= MAX_OPEN ? undefined : sessionToAsk();
			if (session) return questions.ask(session, message);
			counts.refused += 1;
			child.refuse(failureText(idText(message), -32603, 'No client to ask, or several that could be meant'));
		} else if (method === 'notifications/progress') requests.progress(message) || (counts.dropped += 1);
		else if (method === CANCELLED) questions.cancel(message);
		else tellAll(message);
	};
	const onLine = (line) => {
		if (!/^\s*[[{]/.test(line)) return false;
		const read = readMessages(line);
		if (typeof read === 'number') return false;
		onMessage();
		read.messages.forEach(fromChild);
		return true;
	};
	const onDropped = () => void (counts.dropped += 1);
	const long = (pid) => longLines(line, pid, requests, (text) => child.refuse(text), log, onDropped);
	const child = startChild(options, onLine, long, () => {
		requests.fail();
		onExit();
	});
	return {
		...child, flow: isShared ? () => {} : child.flow, check(holder, wanted) {
			child.check();
			if (wanted > 0 && !requests.hasRoom(holder, wanted)) throw new UpstreamFault('full');
		},
		ask: requests.ask, tell(session, message) {
			const {shape, method, params, text} = message;
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
	let health = 'unknown';
	return {
		get health() {
			return health;
		},
		get running() {
			return links.size;
		},
		get started() {
			return started;
		},
		launch(sessions, onExit) {
			let ended = () => {};
			const end = new Promise((resolve) => void (ended = resolve));
			let hasSpoken = false;
			const onMessage = () => {
				if (!hasSpoken) health = 'well';
				hasSpoken = true;
			};
			const exited = () => {
				if (!hasSpoken && health === 'unknown') health = 'failed';
				links.delete(link);
				ended();
				onExit();
			};
			let link;
			try {
				link = openLink(options, sessions, onMessage, exited);
			} catch (fault) {
				health = 'failed';
				throw fault;
			}
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

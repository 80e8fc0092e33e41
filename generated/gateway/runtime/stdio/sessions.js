// mcpgen
import {UpstreamFault} from '../wire/fault.js';
import {messageText} from '../wire/json-rpc.js';
import {createLinks, MAX_OPEN, TOO_DEEP} from './link.js';
import {jsonResponse} from './response.js';
import {createSession} from './session.js';
import {greet, supervise} from './supervisor.js';
export function createSessions(options, signal) {
	const { child, log, keepAlive, now = Date.now } = options;
	const isShared = child.sharing === 'shared';
	const sessions = new Map();
	const links = createLinks(options);
	const { launch } = links;
	const shared = supervise((onExit) => launch(() => sessions.values(), onExit), log, signal);
	const end = (session) => {
		sessions.delete(session.id);
		session.standalone.end();
		session.running().then(({ link }) => (isShared ? link.leave(session) : link.end())).catch(() => { });
	};
	const open = async (initialize) => {
		if (isShared ? sessions.size >= MAX_OPEN : links.running >= child.processes) throw new UpstreamFault('full');
		const own = [];
		const started = await (isShared ? shared(initialize) : greet(launch(() => own, () => own.forEach(end)), initialize));
		const { link, status, reply } = started;
		let text;
		try {
			text = messageText({ ...reply, id: initialize.id });
		} catch (error) {
			link.kill(TOO_DEEP);
			throw error;
		}
		if (reply['result'] === undefined) {
			link.end();
			return jsonResponse(status, text);
		}
		const running = () => (isShared ? shared(null) : Promise.resolve(started));
		const flow = (on) => void running().then((found) => found.link.flow(on), () => { });
		const session = Object.assign(createSession(flow, 2 * child.line, log), { running, seen: now() });
		sessions.set(session.id, session);
		own.push(session);
		return jsonResponse(200, text, { 'mcp-session-id': session.id });
	};
	const beat = setInterval(() => {
		for (const session of sessions.values()) {
			const { posts, standalone } = session;
			for (const stream of [...posts, standalone])
				if (stream.shown) stream.keepAlive();
			if (posts.size > 0 || standalone.shown) session.seen = now();
			else if (now() - session.seen > child.idle) end(session);
		}
	}, Math.min(keepAlive, child.idle)).unref();
	return {
		links, use(id) {
			const session = sessions.get(id);
			if (session) session.seen = now();
			return session;
		},
		open, end, close() {
			clearInterval(beat);
			sessions.forEach(end);
		},
	};
}

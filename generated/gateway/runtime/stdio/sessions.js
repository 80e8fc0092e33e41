// mcpgen: The sessions that clients have opened with a stdio server, each with the child that serves it.
import {UpstreamFault} from '../wire/fault.js';
import {callerOf} from './caller.js';
import {createLinks, MAX_OPEN} from './link.js';
import {lostText} from './lost.js';
import {idText, withId} from './message.js';
import {jsonResponse} from './response.js';
import {secondsUntil, sessionPlaces} from './session-places.js';
import {createSession} from './session.js';
import {greet, introduce, supervise} from './supervisor.js';
export function createSessions(options, signal) {
	const {child, log, keepAlive, timeouts, counts, now = Date.now} = options;
	const isShared = child.sharing === 'shared';
	const sessions = new Map();
	const places = sessionPlaces(isShared ? MAX_OPEN : child.processes);
	const links = createLinks(options);
	const {launch} = links;
	const begin = (link, initialize) => introduce(link, initialize, timeouts.firstByte);
	const shared = supervise((onExit) => launch(() => sessions.values(), onExit), log, signal, begin);
	const ending = new Set();
	const end = (session) => {
		if (!sessions.delete(session.id)) return;
		session.standalone.end();
		if (isShared) session.place.release();
		else {
			ending.add(session.exited);
			void session.exited.then(() => ending.delete(session.exited));
		}
		session.running().then(({link}) => (isShared ? link.leave(session) : link.end())).catch(() => {});
	};
	const isIdle = ({calls, posts, standalone}) => calls === 0 && posts.size === 0 && !standalone.shown;
	const placeFor = async ({holder}) => {
		let free = places.take(holder);
		while (!free && ending.size > 0) {
			await Promise.race(ending);
			free = places.take(holder);
		}
		if (free) return free;
		const idle = [...sessions.values()].filter(isIdle).sort((a, b) => a.seen - b.seen);
		const found = places.instead(holder, idle);
		if (found) {
			counts.ended += 1;
			log('info', 'session-ended', { reason: 'idle, and its place was needed', idle_ms: now() - found.session.seen, sessions: sessions.size });
			end(found.session);
			if (!isShared) await found.session.exited;
			return found.place;
		}
		counts.full += 1;
		const busy = [...sessions.values()].map(({standalone, until}) => (standalone.shown ? Infinity : until));
		const retryAfter = secondsUntil(busy, Date.now());
		log('warn', 'sessions-full', { sessions: sessions.size, retry_after: retryAfter, why: 'all, or all of this caller, have a call or a stream open' });
		throw new UpstreamFault('full', undefined, retryAfter);
	};
	const open = async (initialize, request) => {
		const caller = callerOf(request);
		const place = await placeFor(caller);
		const own = [];
		let exited = () => {};
		const exit = new Promise((resolve) => void (exited = resolve));
		const onExit = () => {
			place.release();
			exited();
			own.forEach(end);
		};
		let started;
		try {
			started = await (isShared ? shared(initialize) : greet(launch(() => own, onExit), initialize, timeouts.firstByte));
		} catch (error) {
			place.release();
			throw error;
		}
		const {link, reply, lost} = started;
		const id = idText(initialize);
		if (reply['result'] === undefined) {
			if (isShared) place.release();
			link.end();
			return lost ? {...jsonResponse(lost.status, lostText(request.headers, {...lost, id})), failure: () => lost} : jsonResponse(200, withId(started, id));
		}
		const running = () => (isShared ? shared(null) : Promise.resolve(started));
		const flow = (on) => void running().then((found) => found.link.flow(on), () => {});
		const session = Object.assign(createSession(caller, flow, 2 * child.line, log), {running, place, exited: exit, seen: now()});
		sessions.set(session.id, session);
		own.push(session);
		return jsonResponse(200, withId(started, id), {'mcp-session-id': session.id });
	};
	const beat = setInterval(() => {
		for (const session of sessions.values()) {
			const {posts, standalone} = session;
			for (const stream of [...posts, standalone])
				if (stream.shown) stream.keepAlive();
			if (!isIdle(session)) session.seen = now();
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

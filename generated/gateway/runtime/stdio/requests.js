// mcpgen: Requests to a child that it has not answered yet.
import {createPlaces} from '../process/places.js';
import {memberText, ownText} from '../wire/json-text.js';
import {SUBSCRIPTION} from '../wire/meta-keys.js';
import {frame} from '../wire/event-stream.js';
import {exited, unanswered} from './lost.js';
import {CANCELLED, idText, isId, withId, withParam} from './message.js';
import {tellClient} from './session.js';
const MOST_REQUESTS = 4096;
const LISTEN = 'subscriptions/listen';
const MOST_GIVEN_UP = 1024;
export function openRequests(isShared, within, write) {
	const open = new Map();
	const givenUp = new Map();
	let blurredUntil = 0;
	const places = createPlaces();
	let last = Date.now() + Math.floor(Math.random() * 2 ** 48);
	const nameFor = (id) => {
		if (!isShared && !open.has(id)) return id;
		last += 1;
		return typeof id === 'string' ? `${last}` : last;
	};
	const take = (name) => {
		const waiting = open.get(name);
		open.delete(name);
		waiting?.release();
		return waiting;
	};
	const giveUp = (name, reason) => {
		const waiting = take(name);
		if (!waiting) return undefined;
		const {session, nameText} = waiting;
		const said = reason === undefined ? '' : `,"reason":${JSON.stringify(reason)}`;
		write(`{"jsonrpc":"2.0","method":"${CANCELLED}","params":{"requestId":${nameText}${said}}}`);
		const now = performance.now();
		if (session) givenUp.set(name, {session, at: now});
		forget(now);
		if (givenUp.size > MOST_GIVEN_UP) {
			givenUp.clear();
			blurredUntil = now + within;
		}
		return waiting;
	};
	const forget = (now) => {
		for (const [name, {at}] of givenUp)
			if (now - at > within) givenUp.delete(name);
	};
	const expire = (name) => {
		const text = `No answer within timeouts.response (${within / 1000} s)`;
		const waiting = giveUp(name, text);
		waiting?.onReply(null, unanswered(waiting.idText, text));
	};
	return {
		nameFor, hasRoom(holder, wanted) {
			const free = places.take(MOST_REQUESTS, holder, wanted);
			free?.();
			return free !== null;
		},
		askers() {
			const now = performance.now();
			forget(now);
			return now < blurredUntil ? null : [...givenUp.values(), ...open.values()].flatMap(({session}) => session ?? []);
		},
		ask(message, onReply, session, stream) {
			const {id, method, meta} = message;
			const token = meta['progressToken'];
			const name = nameFor(id);
			const childToken = isId(token) ? nameFor(token) : token;
			const written = idText(message);
			const tokenText = ownText(memberText(message.text, ['params', '_meta', 'progressToken']));
			const free = session && places.take(Infinity, session.holder);
			const timer = session && method !== LISTEN ? setTimeout(expire, within, name).unref() : undefined;
			const release = () => {
				clearTimeout(timer);
				free?.();
				if (session) session.calls -= 1;
			};
			if (session) {
				session.calls += 1;
				session.until = Date.now() + within;
			}
			const nameText = name === id ? written : JSON.stringify(name);
			open.set(name, {onReply, session, stream, id, idText: written, tokenText, nameText, childToken, release});
			const renamed = name === id ? message.text : withId(message, nameText);
			write(childToken === token ? renamed : withParam({...message, text: renamed}, ['_meta', 'progressToken'], JSON.stringify(childToken)));
		},
		reply(message) {
			givenUp.delete(message.id);
			const waiting = take(message.id);
			waiting?.onReply(waiting.nameText === waiting.idText ? message.text : withId(message, waiting.idText));
		},
		lose(id, lost) {
			const [only] = open.size === 1 ? open.keys() : [];
			const waiting = take(isId(id) ? id : (only ?? ''));
			waiting?.onReply(null, lost(waiting.idText));
			return waiting !== undefined;
		},
		progress(message) {
			const token = message.params['progressToken'];
			const waiting = isId(token) ? [...open.values()].find(({childToken}) => childToken === token) : undefined;
			if (!waiting) return false;
			const event = frame(withParam(message, ['progressToken'], waiting.tokenText ?? 'null'));
			if (waiting.stream?.shown) waiting.stream.event(event);
			else if (waiting.session) tellClient(waiting.session, event, false);
			return true;
		},
		notify(message) {
			const {method, params, meta} = message;
			const name = (method === CANCELLED ? params['requestId'] : meta[SUBSCRIPTION]);
			const waiting = open.get(name);
			if (!waiting) return false;
			waiting.stream?.event(frame(withParam(message, method === CANCELLED ? ['requestId'] : ['_meta', SUBSCRIPTION], waiting.idText)));
			if (method === CANCELLED) take(name)?.onReply(null);
			return true;
		},
		cancel(session, id, reason) {
			for (const [name, waiting] of open) {
				if (waiting.session !== session || (id !== undefined && id !== waiting.id)) continue;
				giveUp(name, reason)?.onReply(null);
			}
		},
		fail() {
			for (const name of [...open.keys()]) {
				const waiting = take(name);
				waiting?.onReply(null, exited(waiting.idText));
			}
		},
	};
}

// mcpgen: What is open at this process, and whose: sessions, streams, calls under way, and bytes of bodies.
import {tagOf} from '../process/ended.js';
import {createPlaces, isShare} from '../process/places.js';
export function createOpenCounts() {
	const opened = new Map();
	const sessions = createPlaces();
	const listening = createPlaces();
	const calls = createPlaces();
	const turned = createPlaces();
	const byCaller = createPlaces();
	const end = (tag) => {
		opened.get(tag)?.release();
		return opened.delete(tag);
	};
	return {
		bodies: createPlaces(), get streams() {
			return listening.held + turned.held;
		},
		get calls() {
			return calls.held;
		},
		get sessions() {
			return sessions.held;
		},
		streamsOf: (caller) => byCaller.heldBy(caller), openStream(holder, {all, own, each = null}) {
			if (!isLeft(each, byCaller, holder) || !isWithin(own, holder, listening, turned)) return null;
			const release = listening.take(all, holder);
			return release && both(release, countedIn(byCaller, alone(holder)));
		},
		openCall(holder, {all, own, each = null}) {
			if (!isLeft(each, byCaller, holder)) return null;
			return isWithin(own, holder, turned) ? calls.take(all, holder) : null;
		},
		turnIntoStream: (holder) => both(countedIn(turned, holder), countedIn(byCaller, alone(holder))),
		holdSession(holder, {all, own}) {
			return isWithin(own, holder, sessions) ? sessions.take(all, holder) : null;
		},
		openSession(id, holder, until) {
			const tag = tagOf(id);
			const known = opened.get(tag);
			if (known) known.until = until;
			else opened.set(tag, {release: countedIn(sessions, holder), until});
			return !known;
		},
		endSession: (id) => end(tagOf(id)), nextExpiry() {
			let first = null;
			for (const {until} of opened.values())
				if (first === null || until < first) first = until;
			return first;
		},
		expire(now) {
			let ended = 0;
			for (const [tag, {until}] of opened)
				if (until <= now && end(tag)) ended++;
			return ended;
		},
	};
}
const alone = ({caller}) => ({tenant: caller, hasNeighbours: false, caller: '' });
const isLeft = (each, places, {caller}) => each === null || places.heldBy(caller) < each;
function both(one, other) {
	return () => {
		one();
		other();
	};
}
function isWithin(own, {tenant, caller, hasPeers = false}, ...places) {
	if (own === null) return true;
	let [all, mine] = [0, 0];
	for (const one of places) {
		all += one.heldBy(tenant);
		mine += one.heldBy(tenant, caller);
	}
	return hasPeers ? isShare(own, all, mine) : all < own;
}
function countedIn(places, holder) {
	return places.take(Infinity, holder) ?? (() => {});
}

// mcpgen: The instances of one server: which there are, which are well, and which is next.
import {jitter} from '../process/clock.js';
import {causeOf} from '../wire/cause.js';
import {Watch} from '../process/watch.js';
import {preferred, roundRobin} from './balancer.js';
const DOWN_EVERY = 1000;
const ROUNDING = 1e-9;
const LEAVING_EVERY = 1000;
const FIRST_WITHIN = 500;
const NOT_WELL = {code: 'NOT_WELL', cause: 'its probe does not find it well', blame: 'server' };
function lastCause({failure}) {
	return failure ? {code: failure.code, cause: failure.cause, blame: failure.blame} : {};
}
export function createPool(server, first, {log, clock, region}) {
	let settings = first;
	const members = new Map();
	let list = [];
	let lack = null;
	const leaving = new Set();
	let isClosed = false;
	const say = (level, event, {id}, more = {}) => log(level, event, {server, instance: id, ...more});
	const makeBalancer = ({modules, choice}) => modules.makeBalancer?.(choice, region, clock.random, modules.DRAWN) ?? roundRobin();
	let balancer = makeBalancer(first);
	const makeBreaker = (instance, known) => settings.modules.makeBreaker?.(settings.choice.breaker, clock.now(), known, (level, event) => say(level, event, instance, event === 'breaker-open' ? lastCause(instance) : {})) ?? null;
	const turnTo = (member, up, why) => {
		if (up) member.ejectedAt = null;
		if (member.up === up) return;
		member.up = up;
		say(up ? 'info' : 'warn', up ? 'instance-up' : 'instance-down', member, up ? { why } : { why, ...lastCause(member) });
	};
	const blame = (instance, failed, requestId) => {
		const why = causeOf(failed);
		instance.failure = {...why, at: Date.now()};
		say('warn', 'upstream-failed', instance, { ...why, request_id: requestId });
	};
	const look = async (member) => {
		const began = clock.now();
		const found = member.probe ? await member.probe.look(settings.health.timeout) : null;
		const well = found !== false;
		if (found !== null) member.isKnown = true;
		if (!well) member.failure = {...(member.probe?.cause ?? NOT_WELL), at: Date.now()};
		const every = settings.health.every * jitter(clock);
		const downEvery = Math.min(every, DOWN_EVERY * jitter(clock));
		if (members.get(member.id) !== member) return every;
		if (well && member.ejectedAt !== null && member.ejectedAt > began) return downEvery;
		member.ejectedAt = null;
		turnTo(member, well, 'probe');
		return well ? every : downEvery;
	};
	const lookSoon = ({watch}) => watch.soon(Math.min(settings.health.every, DOWN_EVERY) * jitter(clock));
	const suspect = (member) => {
		if (!member.probe) return;
		const isKnown = member.up === false && member.ejectedAt === null;
		const ejected = list.filter(({ejectedAt}) => ejectedAt !== null).length;
		const room = Math.floor(settings.choice.ejection * list.length + ROUNDING) - ejected;
		if (!isKnown && (member.ejectedAt !== null || room > 0)) {
			member.ejectedAt = clock.now();
			turnTo(member, false, 'request');
		}
		lookSoon(member);
	};
	const enter = ({id, key, make}, known) => {
		const member = {
			id, key, ...make(), up: known?.up ?? true, isKnown: known?.isKnown ?? false, failure: known?.failure ?? null,
			ejectedAt: known?.ejectedAt ?? null, active: 0, breaker: null,
			tally: known?.tally ?? {answered: 0, erred: 0, failed: 0, unreachable: 0, abandoned: 0, ms: 0},
			watch: new Watch(() => look(member), clock),
		};
		member.breaker = makeBreaker(member, known?.breaker ?? null);
		members.set(id, member);
		list = [...members.values()];
		if (member.probe) member.watch.soon(Math.min(settings.health.every, FIRST_WITHIN) * clock.random());
		return member;
	};
	const leave = (member) => {
		members.delete(member.id);
		list = [...members.values()];
		member.watch.stop();
		void member.probe?.close();
		leaving.add(member);
		if (leaving.size === 1) sweep();
	};
	const sweep = () => {
		clock.after(LEAVING_EVERY, () => {
			for (const member of leaving) {
				if (member.active > 0) continue;
				leaving.delete(member);
				void member.upstream.close();
			}
			if (leaving.size > 0) sweep();
		});
	};
	const update = (found, isNews = true) => {
		if (isClosed) return;
		if (found.length > 0) lack = null;
		const ids = new Set(found.map(({id}) => id));
		for (const member of list.filter(({id}) => !ids.has(id))) {
			leave(member);
			say('info', 'instance-removed', member);
		}
		for (const one of found) {
			const known = members.get(one.id);
			if (known?.key === one.key) continue;
			if (known) leave(known);
			const member = enter(one, known);
			if (isNews && !known) say('info', 'instance-added', member);
		}
	};
	return {
		server, get instances() {
			return list;
		},
		get isIdle() {
			return list.length + leaving.size === 0;
		},
		configure(next) {
			const {balance, preferRegion} = settings.choice;
			settings = next;
			if (balance !== next.choice.balance || preferRegion !== next.choice.preferRegion) balancer = makeBalancer(next);
			for (const member of list) member.breaker = makeBreaker(member, member.breaker);
		},
		next(tried, key) {
			const only = list.length === 1 ? list[0] : undefined;
			if (only && !only.breaker) return tried.has(only) ? null : only;
			const now = clock.now();
			const left = list.filter((instance) => !tried.has(instance) && (instance.breaker?.admits(now) ?? true));
			if (left.length === 0) return null;
			const chosen = balancer.choose(preferred(left, ({up}) => up), key);
			chosen.breaker?.claim(now);
			return chosen;
		},
		admits({breaker}) {
			const now = clock.now();
			const isAdmitted = breaker?.admits(now) ?? true;
			if (isAdmitted) breaker?.claim(now);
			return isAdmitted;
		},
		byId: (id) => members.get(id), update, blame, get lack() {
			return lack;
		},
		set lack(why) {
			lack = why;
		},
		get cause() {
			if (list.length === 0) return lack;
			const now = clock.now();
			const failures = list.flatMap(({up, isKnown, breaker, failure}) => (failure && (!up || !isKnown || breaker?.stateAt(now) === 'open') ? [failure] : []));
			return failures.sort((a, b) => b.at - a.at)[0] ?? null;
		},
		report(instance, outcome, ms, caller, failed, requestId) {
			instance.tally[outcome]++;
			if (outcome === 'answered' || outcome === 'erred') instance.isKnown = true;
			if (failed !== undefined) blame(instance, failed, requestId);
			if (outcome === 'answered') instance.tally.ms += ms;
			const member = members.get(instance.id);
			if (member !== instance) return;
			balancer.heard?.(instance, outcome, ms);
			const now = clock.now();
			instance.breaker?.heard(outcome, now - ms, now, caller);
			if (outcome === 'unreachable') suspect(member);
			else if (outcome === 'failed' && member.probe) lookSoon(member);
		},
		health() {
			const now = clock.now();
			const total = list.length;
			const asked = list.filter(({up, breaker}) => up && breaker?.stateAt(now) !== 'open');
			const healthy = asked.filter(({isKnown}) => isKnown).length;
			const unknown = asked.length - healthy;
			return {healthy, total, unknown, percent: unknown > 0 && unknown === total ? null : Math.round((100 * healthy) / (total || 1)) };
		},
		get retryAfter() {
			const now = clock.now();
			const waits = list.map(({breaker}) => breaker?.wait(now) ?? 0);
			return waits.length === 0 ? 1 : Math.max(1, Math.ceil(Math.min(...waits) / 1000));
		},
		turnTo, retire() {
			update([]);
			isClosed = true;
		},
		async close() {
			list.forEach(leave);
			isClosed = true;
			const closing = [...leaving].flatMap(({upstream, probe}) => [upstream.close(), probe?.close()]);
			leaving.clear();
			await Promise.all(closing);
		},
	};
}

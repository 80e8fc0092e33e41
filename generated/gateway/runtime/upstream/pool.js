// mcpgen: do not edit.
import { roundRobin } from './balancer.js';
import { jitter } from './clock.js';
import { Watch } from './watch.js';
const DOWN_EVERY = 1000;
const ROUNDING = 1e-9;
const FIRST_WITHIN = 500;
const LEAVING_EVERY = 1000;
export class Pool {
	server;
	#context;
	#settings;
	#balancer;
	#members = new Map();
	#leaving = new Set();
	#closed = false;
	constructor(server, settings, context) {
		this.server = server;
		this.#context = context;
		this.#settings = settings;
		this.#balancer = this.#makeBalancer();
	}
	get instances() {
		return [...this.#members.values()];
	}
	get isIdle() {
		return this.#members.size + this.#leaving.size === 0;
	}
	configure(settings) {
		const { choice } = this.#settings;
		this.#settings = settings;
		if (settings.choice.balance !== choice.balance) this.#balancer = this.#makeBalancer();
		for (const member of this.#members.values()) member.breaker = this.#makeBreaker(member.breaker);
	}
	next(tried, key) {
		const now = this.#context.clock.now();
		const left = this.instances.filter((instance) => !tried.has(instance) && (instance.breaker?.admits(now) ?? true));
		const candidates = this.#near(preferred(left, ({ up }) => up));
		if (candidates.length === 0) return null;
		const chosen = this.#balancer.choose(candidates, key);
		this.#claim(chosen);
		return chosen;
	}
	admits(instance) {
		const isAdmitted = instance.breaker?.admits(this.#context.clock.now()) ?? true;
		if (isAdmitted) this.#claim(instance);
		return isAdmitted;
	}
	byId(id) {
		return this.#members.get(id);
	}
	update(found, isNews = true) {
		if (this.#closed) return;
		const ids = new Set(found.map(({ id }) => id));
		for (const member of [...this.#members.values()].filter(({ id }) => !ids.has(id))) {
			this.#leave(member);
			this.#say('info', 'instance-removed', member);
		}
		for (const one of found) {
			const known = this.#members.get(one.id);
			if (known?.key === one.key) continue;
			if (known) this.#leave(known);
			const member = this.#enter(one, known);
			if (isNews && !known) this.#say('info', 'instance-added', member);
		}
	}
	report(instance, outcome, ms) {
		instance.tally[outcome]++;
		if (outcome === 'answered') instance.tally.ms += ms;
		if (this.#members.get(instance.id) !== instance) return;
		this.#balancer.heard?.(instance, outcome, ms);
		const now = this.#context.clock.now();
		this.#changeBreaker(instance, (breaker) => breaker.heard(outcome, now - ms, now));
		if (outcome === 'unreachable') this.#suspect(instance);
	}
	health() {
		const now = this.#context.clock.now();
		const total = this.#members.size;
		const healthy = this.instances.filter(({ up, breaker }) => up && breaker?.stateAt(now) !== 'open').length;
		return { healthy, total, percent: total === 0 ? 0 : Math.round((100 * healthy) / total) };
	}
	get retryAfter() {
		const now = this.#context.clock.now();
		const waits = this.instances.map(({ breaker }) => breaker?.wait(now) ?? 0);
		return waits.length === 0 ? 1 : Math.max(1, Math.ceil(Math.min(...waits) / 1000));
	}
	reset(id) {
		const now = this.#context.clock.now();
		const counts = ({ ejectedAt, breaker }) => ejectedAt !== null || (breaker !== null && (breaker.state !== 'closed' || breaker.failures(now) > 0));
		const due = [...this.#members.values()].filter((member) => (id === undefined || member.id === id) && counts(member));
		for (const member of due) {
			this.#changeBreaker(member, (breaker) => breaker.reset(now));
			if (member.ejectedAt !== null) this.#turnTo(member, true, 'reset');
		}
		return due.map(({ id }) => id);
	}
	retire() {
		this.update([]);
		this.#closed = true;
	}
	async close() {
		for (const member of [...this.#members.values()]) this.#leave(member);
		this.#closed = true;
		const closing = [...this.#leaving].map(({ upstream, probe }) => Promise.all([upstream.close(), probe?.close()]));
		this.#leaving.clear();
		await Promise.all(closing);
	}
	#makeBalancer() {
		const { choice, strategies } = this.#settings;
		return (strategies?.BALANCERS[choice.balance] ?? roundRobin)(this.#context.clock.random);
	}
	#makeBreaker(known) {
		const { choice, breakers } = this.#settings;
		return choice.breaker && breakers ? new breakers.Breaker(choice.breaker, this.#context.clock.now(), known) : null;
	}
	#near(instances) {
		const own = this.#context.region;
		return this.#settings.choice.preferRegion && own !== null ? preferred(instances, ({ region }) => region === own) : instances;
	}
	#claim(instance) {
		this.#changeBreaker(instance, (breaker) => breaker.claim(this.#context.clock.now()));
	}
	#changeBreaker(instance, change) {
		const { breaker } = instance;
		if (!breaker) return;
		const { state } = breaker;
		change(breaker);
		if (breaker.state !== state) this.#say(breaker.state === 'open' ? 'warn' : 'info', `breaker-${breaker.state}`, instance);
	}
	#suspect(member) {
		if (!member.probe) return;
		const { clock } = this.#context;
		const isKnown = member.up === false && member.ejectedAt === null;
		const ejected = [...this.#members.values()].filter(({ ejectedAt }) => ejectedAt !== null).length;
		const room = Math.floor(this.#settings.choice.ejection * this.#members.size + ROUNDING) - ejected;
		if (!isKnown && (member.ejectedAt !== null || room > 0)) {
			member.ejectedAt = clock.now();
			this.#turnTo(member, false, 'request');
		}
		member.watch.soon(Math.min(this.#settings.health.every, DOWN_EVERY) * jitter(clock));
	}
	#enter({ id, key, make }, known) {
		const { clock } = this.#context;
		const member = {
			id,
			key,
			...make(),
			up: known?.up ?? true,
			ejectedAt: known?.ejectedAt ?? null,
			active: 0,
			breaker: this.#makeBreaker(known?.breaker ?? null),
			tally: known?.tally ?? { answered: 0, failed: 0, unreachable: 0, abandoned: 0, ms: 0 },
			watch: new Watch(() => this.#look(member), clock),
		};
		this.#members.set(id, member);
		if (member.probe) member.watch.soon(Math.min(this.#settings.health.every, FIRST_WITHIN) * clock.random());
		return member;
	}
	async #look(member) {
		const { clock } = this.#context;
		const began = clock.now();
		const well = (await member.probe?.look(this.#settings.health.timeout)) ?? true;
		const every = this.#settings.health.every * jitter(clock);
		const downEvery = Math.min(every, DOWN_EVERY * jitter(clock));
		if (this.#members.get(member.id) !== member) return every;
		if (well && member.ejectedAt !== null && member.ejectedAt > began) return downEvery;
		member.ejectedAt = null;
		this.#turnTo(member, well, 'probe');
		return well ? every : downEvery;
	}
	#turnTo(member, up, why) {
		if (up) member.ejectedAt = null;
		if (member.up === up) return;
		member.up = up;
		this.#say(up ? 'info' : 'warn', up ? 'instance-up' : 'instance-down', member, { why });
	}
	#leave(member) {
		this.#members.delete(member.id);
		member.watch.stop();
		void member.probe?.close();
		this.#leaving.add(member);
		if (this.#leaving.size === 1) this.#sweep();
	}
	#sweep() {
		this.#context.clock.after(LEAVING_EVERY, () => {
			for (const member of this.#leaving) {
				if (member.active > 0) continue;
				this.#leaving.delete(member);
				void member.upstream.close();
			}
			if (this.#leaving.size > 0) this.#sweep();
		});
	}
	#say(level, event, { id }, more = {}) {
		this.#context.log(level, event, { server: this.server, instance: id, ...more });
	}
}
function preferred(values, isBetter) {
	const better = values.filter(isBetter);
	return better.length > 0 ? better : values;
}

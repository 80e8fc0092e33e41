// mcpgen: do not edit.
/** The instances of one server: which there are, which are well, and which is next. */
import { BALANCERS } from './balance.js';
const DOWN_EVERY = 1000;
export class Pool {
	server;
	#table;
	#log;
	#instances = new Map();
	#timers = new Map();
	#balancer;
	#closed = false;
	onClose = () => { };
	constructor(server, table, log) {
		this.server = server;
		this.#table = table;
		this.#log = log;
		this.#balancer = BALANCERS[table.choice.balance](Math.random);
	}
	get instances() {
		return [...this.#instances.values()];
	}
	next(tried, key) {
		const left = this.instances.filter((instance) => !tried.has(instance));
		const well = left.filter(({ up }) => up);
		const candidates = well.length > 0 ? well : left;
		return candidates.length === 0 ? null : this.#balancer.choose(candidates, key);
	}
	byId(id) {
		return this.#instances.get(id);
	}
	update(ids, create) {
		if (this.#closed) return;
		for (const id of ids) {
			if (this.#instances.has(id)) continue;
			const instance = { id, ...create(id), up: true, active: 0 };
			this.#instances.set(id, instance);
			this.#schedule(instance, 0);
		}
		for (const [id, instance] of this.#instances) {
			if (ids.includes(id)) continue;
			this.#instances.delete(id);
			this.#stop(id);
			retire(instance);
		}
	}
	report(instance, outcome, _ms) {
		if (outcome === 'unreachable') this.#suspect(instance);
	}
	health() {
		const total = this.#instances.size;
		const healthy = this.instances.filter(({ up }) => up).length;
		return { healthy, total, percent: total === 0 ? 0 : Math.round((100 * healthy) / total) };
	}
	get retryAfter() {
		return 1;
	}
	#suspect(instance) {
		if (!instance.probe || this.#instances.get(instance.id) !== instance) return;
		this.#turnTo(instance, false);
		this.#schedule(instance, DOWN_EVERY);
	}
	async close() {
		this.#closed = true;
		this.onClose();
		for (const id of [...this.#timers.keys()]) this.#stop(id);
		const closing = this.instances.map(({ upstream }) => upstream.close());
		this.#instances.clear();
		await Promise.all(closing);
	}
	#schedule(instance, delay) {
		this.#stop(instance.id);
		if (!instance.probe || this.#closed) return;
		this.#timers.set(instance.id, setTimeout(() => void this.#look(instance), delay).unref());
	}
	async #look(instance) {
		const { every, timeout } = this.#table.health;
		const well = (await instance.probe?.(timeout)) ?? true;
		if (this.#instances.get(instance.id) !== instance) return;
		this.#turnTo(instance, well);
		this.#schedule(instance, well ? every : Math.min(every, DOWN_EVERY));
	}
	#turnTo(instance, up) {
		if (instance.up === up) return;
		instance.up = up;
		this.#log(up ? 'info' : 'warn', up ? 'instance-up' : 'instance-down', { server: this.server, instance: instance.id });
	}
	#stop(id) {
		clearTimeout(this.#timers.get(id));
		this.#timers.delete(id);
	}
}
function retire(instance) {
	if (instance.active === 0) return void instance.upstream.close();
	setTimeout(() => retire(instance), 1000).unref();
}

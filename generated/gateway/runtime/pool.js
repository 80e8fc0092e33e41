// A module of mcpgen's gateway. Do not edit.
/** The instances of one server: which there are, which are well, and which is next. */
import { BALANCES } from './balance.js';
/** Between two looks at an instance that is down: it should be back in rotation soon after it is back. */
const DOWN_EVERY = 1000;
export class Pool {
	server;
	#table;
	#log;
	#instances = new Map();
	#timers = new Map();
	#turn = 0;
	#closed = false;
	/** Called when the pool is closed, to stop what finds its instances. */
	onClose = () => { };
	constructor(server, table, log) {
		this.server = server;
		this.#table = table;
		this.#log = log;
	}
	get instances() {
		return [...this.#instances.values()];
	}
	/**
	 * The next instance by strategy; null when none is left. Where none is well, one that is thought to be down is still a better answer than none: it
	 * may be back since it was last looked at.
	 */
	next(tried) {
		const left = this.instances.filter((instance) => !tried.has(instance));
		const well = left.filter(({ up }) => up);
		const candidates = well.length > 0 ? well : left;
		return candidates.length === 0 ? null : BALANCES[this.#table.balance](candidates, this.#turn++);
	}
	byId(id) {
		return this.#instances.get(id);
	}
	/** Makes the pool's instances those with these ids, keeping the ones it has. */
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
	/** What a request learned: nobody answered there. */
	suspect(instance) {
		if (!instance.probe || this.#instances.get(instance.id) !== instance) return;
		this.#turnTo(instance, false);
		this.#schedule(instance, DOWN_EVERY);
	}
	close() {
		this.#closed = true;
		this.onClose();
		for (const id of [...this.#timers.keys()]) this.#stop(id);
		for (const instance of this.#instances.values()) retire(instance);
		this.#instances.clear();
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
/** An instance that left the pool finishes what it has begun before its connections are closed. */
function retire(instance) {
	if (instance.active === 0) return instance.upstream.close();
	setTimeout(() => retire(instance), 1000).unref();
}

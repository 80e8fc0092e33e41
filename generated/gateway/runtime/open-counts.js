// mcpgen: do not edit.
import { digest } from './digest.js';
/**
 * How many sessions and streams are open, in all and by tenant. It counts what this process has seen: a sealed session has no store to ask.
 */
export class OpenCounts {
	#sessions = new Map();
	#sessionsOf = new Map();
	#streamsOf = new Map();
	#heldOf = new Map();
	bodies = 0;
	#streams = 0;
	#held = 0;
	get streams() {
		return this.#streams;
	}
	get sessions() {
		return this.#sessions.size + this.#held;
	}
	streamsOf(tenant) {
		return this.#streamsOf.get(tenant) ?? 0;
	}
	sessionsOf(tenant) {
		return (this.#sessionsOf.get(tenant) ?? 0) + (this.#heldOf.get(tenant) ?? 0);
	}
	openStream(tenant) {
		this.#streams++;
		this.#streamsOf.set(tenant, this.streamsOf(tenant) + 1);
		return once(() => {
			this.#streams--;
			this.#streamsOf.set(tenant, this.streamsOf(tenant) - 1);
		});
	}
	holdSession(tenant) {
		this.#held++;
		this.#heldOf.set(tenant, (this.#heldOf.get(tenant) ?? 0) + 1);
		return once(() => {
			this.#held--;
			this.#heldOf.set(tenant, (this.#heldOf.get(tenant) ?? 0) - 1);
		});
	}
	openSession(id, tenant, until) {
		const key = digest(id);
		const known = this.#sessions.get(key);
		if (known) {
			known.until = until;
			return false;
		}
		this.#sessions.set(key, { tenant, until });
		this.#sessionsOf.set(tenant, (this.#sessionsOf.get(tenant) ?? 0) + 1);
		return true;
	}
	endSession(id) {
		return this.#end(digest(id));
	}
	expire(now) {
		const expired = [...this.#sessions].filter(([, { until }]) => until <= now);
		return expired.filter(([key]) => this.#end(key)).length;
	}
	#end(key) {
		const session = this.#sessions.get(key);
		if (!session) return false;
		this.#sessions.delete(key);
		this.#sessionsOf.set(session.tenant, (this.#sessionsOf.get(session.tenant) ?? 0) - 1);
		return true;
	}
}
function once(work) {
	let done = false;
	return () => {
		if (!done) work();
		done = true;
	};
}

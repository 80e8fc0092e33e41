// A module of mcpgen's gateway. Do not edit.
import { createHash } from 'node:crypto';
/**
 * How many sessions and streams are open, in all and by tenant: what limits and gauges read. It counts what this process has seen, because a sealed
 * session has no store that could be asked.
 */
export class Ledger {
	#sessions = new Map();
	#sessionsOf = new Map();
	#streamsOf = new Map();
	#streams = 0;
	get streams() {
		return this.#streams;
	}
	get sessions() {
		return this.#sessions.size;
	}
	streamsOf(tenant) {
		return this.#streamsOf.get(tenant) ?? 0;
	}
	sessionsOf(tenant) {
		return this.#sessionsOf.get(tenant) ?? 0;
	}
	openStream(tenant) {
		this.#streams++;
		this.#streamsOf.set(tenant, this.streamsOf(tenant) + 1);
		let open = true;
		return () => {
			if (!open) return;
			open = false;
			this.#streams--;
			this.#streamsOf.set(tenant, this.streamsOf(tenant) - 1);
		};
	}
	/** @returns false when it was known already */
	openSession(id, tenant, until) {
		const key = digest(id);
		if (this.#sessions.has(key)) return false;
		this.#sessions.set(key, { tenant, until });
		this.#sessionsOf.set(tenant, this.sessionsOf(tenant) + 1);
		return true;
	}
	endSession(id) {
		return this.#end(digest(id));
	}
	/** Forgets sessions whose ids have expired; the oldest come first. @returns how many */
	expire(now) {
		let ended = 0;
		for (const [key, { until }] of this.#sessions) {
			if (until > now) break;
			if (this.#end(key)) ended++;
		}
		return ended;
	}
	#end(key) {
		const session = this.#sessions.get(key);
		if (!session) return false;
		this.#sessions.delete(key);
		this.#sessionsOf.set(session.tenant, this.sessionsOf(session.tenant) - 1);
		return true;
	}
}
const digest = (id) => createHash('sha256').update(id).digest('base64');

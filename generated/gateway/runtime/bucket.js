// A module of mcpgen's gateway. Do not edit.
/** More keys than this and the fullest are forgotten: a flood of addresses must not become a flood of memory. */
const MOST_KEYS = 50_000;
/** Token buckets by key: `tokens` at once, refilled evenly over `window`. */
export class Buckets {
	#rate;
	#levels = new Map();
	constructor(rate) {
		this.#rate = rate;
	}
	/** Takes one token: 0, or the seconds until there is one. */
	take(key, now) {
		const level = this.#level(key, now);
		if (level.tokens < 1) return Math.max(1, Math.ceil(((1 - level.tokens) * this.#rate.window) / this.#rate.tokens / 1000));
		level.tokens -= 1;
		return 0;
	}
	/** Takes one more token without asking, as far as zero: a failed credential costs two. */
	penalise(key, now) {
		const level = this.#level(key, now);
		level.tokens = Math.max(0, level.tokens - 1);
	}
	#level(key, now) {
		const { tokens: most, window } = this.#rate;
		const known = this.#levels.get(key);
		if (!known) {
			if (this.#levels.size >= MOST_KEYS) this.#forget(now);
			const fresh = { tokens: most, at: now };
			this.#levels.set(key, fresh);
			return fresh;
		}
		known.tokens = Math.min(most, known.tokens + ((now - known.at) * most) / window);
		known.at = now;
		return known;
	}
	/** A bucket that is full again says nothing that a new one would not; then the oldest go. */
	#forget(now) {
		for (const [key, { at }] of this.#levels)
			if (now - at >= this.#rate.window) this.#levels.delete(key);
		for (const key of this.#levels.keys()) {
			if (this.#levels.size < MOST_KEYS) break;
			this.#levels.delete(key);
		}
	}
}

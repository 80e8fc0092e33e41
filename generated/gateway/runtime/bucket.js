// mcpgen: do not edit.
/** Keys of one generation. Two generations are kept, so that a flood of addresses is neither a flood of memory nor a search through it. */
const MOST_KEYS = 50_000;
/** Token buckets by key: `tokens` at once, refilled evenly over `window`. Times are milliseconds of a clock that never goes back. */
export class Buckets {
	#rate;
	#young = new Map();
	#old = new Map();
	constructor(rate) {
		this.#rate = rate;
	}
	take(key, now) {
		const level = this.#level(key, now);
		if (level.tokens < 1) return Math.max(1, Math.ceil(((1 - level.tokens) * this.#rate.window) / this.#rate.tokens / 1000));
		level.tokens -= 1;
		return 0;
	}
	penalise(key, now) {
		const level = this.#level(key, now);
		level.tokens = Math.max(0, level.tokens - 1);
	}
	#level(key, now) {
		const { tokens: most, window } = this.#rate;
		const known = this.#young.get(key) ?? this.#old.get(key);
		const level = known ?? { tokens: most, at: now };
		level.tokens = Math.min(most, level.tokens + (Math.max(0, now - level.at) * most) / window);
		level.at = now;
		if (!this.#young.has(key)) this.#keep(key, level);
		return level;
	}
	#keep(key, level) {
		if (this.#young.size >= MOST_KEYS) [this.#old, this.#young] = [this.#young, new Map()];
		this.#young.set(key, level);
	}
}

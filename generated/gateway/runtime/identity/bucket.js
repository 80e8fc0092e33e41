// mcpgen
import {digest} from '../wire/digest.js';
const MOST_KEYS = 50_000;
const LONGEST_KEY = 128;
export function createBuckets({tokens: most, window}) {
	let young = new Map();
	let old = new Map();
	const levelOf = (name, now) => {
		const key = name.length > LONGEST_KEY ? digest(name) : name;
		let level = young.get(key);
		if (!level) {
			level = old.get(key) ?? {tokens: most, at: now};
			if (young.size >= MOST_KEYS) [old, young] = [young, new Map()];
			young.set(key, level);
		}
		level.tokens = Math.min(most, level.tokens + (Math.max(0, now - level.at) * most) / window);
		level.at = now;
		return level;
	};
	return {
		take(key, now) {
			const level = levelOf(key, now);
			if (level.tokens < 1) return Math.max(1, Math.ceil(((1 - level.tokens) * window) / most / 1000));
			level.tokens -= 1;
			return 0;
		},
		penalise(key, now) {
			const level = levelOf(key, now);
			level.tokens = Math.max(0, level.tokens - 1);
		},
	};
}

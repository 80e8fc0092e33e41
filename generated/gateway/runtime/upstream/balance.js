// mcpgen: do not edit.
import { best, roundRobin } from './balancer.js';
const leastConnections = () => {
	const turns = roundRobin();
	return {
		choose(candidates, key) {
			const fewest = Math.min(...candidates.map(({ active }) => active));
			return turns.choose(candidates.filter(({ active }) => active === fewest), key);
		},
	};
};
const weighted = () => {
	const credits = new WeakMap();
	return {
		choose(candidates) {
			const total = candidates.reduce((sum, { weight }) => sum + weight, 0);
			for (const candidate of candidates) {
				const credit = (credits.get(candidate) ?? 0) + candidate.weight;
				credits.set(candidate, Math.max(-total, Math.min(total * candidates.length, credit)));
			}
			const chosen = best(candidates, (candidate) => credits.get(candidate) ?? 0);
			credits.set(chosen, (credits.get(chosen) ?? 0) - total);
			return chosen;
		},
	};
};
const SHARE_OF_LAST = 0.2;
const LEAST_SCORE = 0.05;
const NOISE = 10;
const healthBased = (random) => {
	const known = new WeakMap();
	return {
		choose(candidates) {
			const times = candidates.flatMap((candidate) => known.get(candidate)?.ms ?? []);
			const fastest = Math.min(...times);
			const score = (candidate) => {
				const { ok, ms } = known.get(candidate) ?? { ok: 1, ms: null };
				return Math.max(LEAST_SCORE, ok ** 2 * (ms === null ? 1 : (fastest + NOISE) / (ms + NOISE)));
			};
			return draw(candidates, score, random);
		},
		heard(candidate, outcome, ms) {
			if (outcome === 'abandoned') return;
			const fitness = known.get(candidate) ?? { ok: 1, ms: null };
			known.set(candidate, fitness);
			const isGood = outcome === 'answered';
			fitness.ok += SHARE_OF_LAST * (Number(isGood) - fitness.ok);
			if (isGood) fitness.ms = fitness.ms === null ? ms : fitness.ms + SHARE_OF_LAST * (ms - fitness.ms);
		},
	};
};
const randomOfTwo = (random) => ({
	choose(candidates) {
		const first = draw(candidates, ({ weight }) => weight, random);
		const others = candidates.filter((candidate) => candidate !== first);
		if (others.length === 0) return first;
		const second = draw(others, ({ weight }) => weight, random);
		return second.active / second.weight < first.active / first.weight ? second : first;
	},
});
const rendezvous = () => ({
	choose: (candidates, key) => best(candidates, ({ id, weight }) => -weight / Math.log(fraction(`${id}\n${key}`))),
});
function draw(candidates, share, random) {
	const shares = candidates.map(share);
	let left = random() * shares.reduce((sum, each) => sum + each, 0);
	const index = shares.findIndex((each) => (left -= each) < 0);
	return candidates[index === -1 ? candidates.length - 1 : index];
}
function fraction(text) {
	let hash = 0x811c9dc5;
	for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
	return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
export const BALANCERS = {
	'round-robin': roundRobin,
	'least-connections': leastConnections,
	weighted,
	'health-based': healthBased,
	random: randomOfTwo,
	rendezvous,
};

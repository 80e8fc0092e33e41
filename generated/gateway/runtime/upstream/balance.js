// mcpgen
import {best, preferred, roundRobin} from './balancer.js';
const leastConnections = () => {
	const turns = roundRobin();
	return {
		choose(candidates, key) {
			const fewest = Math.min(...candidates.map(({active}) => active));
			return turns.choose(candidates.filter(({active}) => active === fewest), key);
		},
	};
};
const weighted = () => {
	const credits = new WeakMap();
	return {
		choose(candidates) {
			const total = candidates.reduce((sum, {weight}) => sum + weight, 0);
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
export const BALANCERS = {'round-robin': roundRobin, 'least-connections': leastConnections, weighted };
export function makeBalancer({balance, preferRegion}, region, random, drawn = {}) {
	const strategies = {...BALANCERS, ...drawn};
	const make = strategies[balance];
	if (!make) throw new Error(`this gateway was built without the strategy ${balance}`);
	const strategy = make(random);
	return preferRegion && region !== null ? nearFirst(strategy, region) : strategy;
}
export function blindnessOf(choices, region) {
	const isBlind = region === null && choices.some(({preferRegion}) => preferRegion);
	return isBlind ? 'prefer: region does nothing without MCP_GATEWAY_REGION' : null;
}
const nearFirst = (strategy, own) => ({
	...strategy, choose: (candidates, key) => strategy.choose(preferred(candidates, ({region}) => region === own), key),
});

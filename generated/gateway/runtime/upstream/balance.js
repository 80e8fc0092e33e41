// mcpgen: do not edit.
const roundRobin = () => {
	let turn = 0;
	return { choose: (candidates) => candidates[turn++ % candidates.length] };
};
const leastConnections = () => {
	let turn = 0;
	return {
		choose(candidates) {
			const fewest = Math.min(...candidates.map(({ active }) => active));
			const least = candidates.filter(({ active }) => active === fewest);
			return least[turn++ % least.length];
		},
	};
};
export const BALANCERS = {
	'round-robin': roundRobin,
	'least-connections': leastConnections,
	weighted: roundRobin,
	'health-based': roundRobin,
	random: roundRobin,
	rendezvous: roundRobin,
};

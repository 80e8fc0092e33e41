// mcpgen: do not edit.
export const BALANCES = {
	'round-robin': (candidates, turn) => candidates[turn % candidates.length],
	'least-connections': (candidates, turn) => {
		const fewest = Math.min(...candidates.map(({ active }) => active));
		const least = candidates.filter(({ active }) => active === fewest);
		return least[turn % least.length];
	},
};

// mcpgen: do not edit.
/** The one whose last turn is the longest ago. A position that counts on would pass over some for ever where the candidates change by turns. */
export function roundRobin() {
	const turns = new WeakMap();
	let turn = 0;
	return {
		choose(candidates) {
			const chosen = best(candidates, (candidate) => -(turns.get(candidate) ?? 0));
			turns.set(chosen, ++turn);
			return chosen;
		},
	};
}
/** The first of those with the highest score. */
export function best(values, score) {
	let highest = -Infinity;
	let chosen = values[0];
	for (const value of values) {
		const own = score(value);
		if (own <= highest) continue;
		highest = own;
		chosen = value;
	}
	return chosen;
}

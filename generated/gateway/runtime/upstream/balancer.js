// mcpgen: The one whose last turn is the longest ago.
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
export function preferred(values, isBetter) {
	const better = values.filter(isBetter);
	return better.length > 0 ? better : values;
}

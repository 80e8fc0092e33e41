// mcpgen
export function createOpenExchanges() {
	const places = [];
	const empty = [];
	return {
		add(exchange) {
			exchange.openAt = empty.pop() ?? places.length;
			places[exchange.openAt] = exchange;
		},
		delete(exchange) {
			const {openAt} = exchange;
			if (openAt === null) return;
			exchange.openAt = null;
			places[openAt] = null;
			empty.push(openAt);
		},
		all: () => places.filter((exchange) => exchange !== null),
	};
}

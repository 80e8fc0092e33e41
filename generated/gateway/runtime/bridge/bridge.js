// mcpgen: do not edit.
export function createBridge(_options) {
	return { exchange: async () => null, close: async () => { } };
}

// mcpgen: do not edit.
export const CLOCK = {
	now: () => performance.now(),
	random: Math.random,
	after: (ms, work) => {
		const timer = setTimeout(work, ms).unref();
		return () => clearTimeout(timer);
	},
};

// mcpgen
export const CLOCK = {
	now: () => performance.now(), random: Math.random, after: (ms, work) => {
		const timer = setTimeout(work, ms).unref();
		return () => clearTimeout(timer);
	},
};
export const jitter = ({random}) => 0.9 + 0.2 * random();

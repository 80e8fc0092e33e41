// mcpgen: do not edit.
export const CLOCK = {
	now: () => performance.now(),
	random: Math.random,
	after: (ms, work) => {
		const timer = setTimeout(work, ms).unref();
		return () => clearTimeout(timer);
	},
};
/** A factor for times: what began at the same moment should not go on in step. */
export const jitter = ({ random }) => 0.9 + 0.2 * random();

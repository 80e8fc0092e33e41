// mcpgen: do not edit.
const RANK = { debug: 0, info: 1, warn: 2, error: 3 };
/** One JSON object a line on stdout. Callers pass names and digests, never secrets, tokens or session ids. */
export function createLog(service, level, write) {
	return (at, event, fields) => {
		if (RANK[at] >= RANK[level]) write(`${JSON.stringify({ timestamp: new Date().toISOString(), level: at, service, event, ...fields })}\n`);
	};
}
/** Writing to a pipe is a system call that blocks: the lines of one turn of the loop go out together. */
export function gathered(write) {
	let waiting = '';
	const flush = () => {
		if (waiting !== '') write(waiting);
		waiting = '';
	};
	return {
		flush,
		write: (line) => {
			if (waiting === '') setImmediate(flush);
			waiting += line;
		},
	};
}

// mcpgen: do not edit.
const RANK = { debug: 0, info: 1, warn: 2, error: 3 };
/** One JSON object a line on stdout. Callers pass names and digests, never secrets, tokens or session ids. */
export function createLog(service, level, write) {
	const beginning = (at) => `","level":"${at}","service":${JSON.stringify(service)},"event":`;
	const beginnings = { debug: beginning('debug'), info: beginning('info'), warn: beginning('warn'), error: beginning('error') };
	let moment = 0;
	let text = '';
	const timestamp = () => {
		const now = Date.now();
		if (now !== moment) text = new Date(now).toISOString();
		moment = now;
		return text;
	};
	return (at, event, fields = {}) => {
		if (RANK[at] < RANK[level]) return;
		const rest = JSON.stringify(fields).slice(1);
		write(`{"timestamp":"${timestamp()}${beginnings[at]}${JSON.stringify(event)}${rest.length > 1 ? ',' : ''}${rest}\n`);
	};
}
const GATHER = 10;
const MOST = 65_536;
/** Writing to a pipe is a system call that blocks: lines that come close together go out together. Whoever kills the process may lose the last of them. */
export function gathered(write) {
	let waiting = '';
	let last = 0;
	const flush = () => {
		if (waiting !== '') write(waiting);
		waiting = '';
		last = performance.now();
	};
	return {
		flush,
		write: (line) => {
			if (waiting === '' && performance.now() - last > GATHER) setImmediate(flush);
			else if (waiting === '') setTimeout(flush, GATHER).unref();
			waiting += line;
			if (waiting.length > MOST) flush();
		},
	};
}

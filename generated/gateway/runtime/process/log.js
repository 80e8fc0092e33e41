// mcpgen: Whether these lines are written is a setting of their own: a log that is told to be quiet keeps them.
const AUDIT = 'audit';
const PLAIN = /^[\w/.:-]*$/;
const ACTED_ON = /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const written = (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`;
const escaped = (json) => json.replace(ACTED_ON, written);
export const printable = (text) => escaped(text.replace(/[\x00-\x09\x0b-\x1f]/g, written));
export const quoted = (text) => (text === null ? 'null' : PLAIN.test(text) ? `"${text}"` : escaped(JSON.stringify(text)));
const RANK = {debug: 0, info: 1, warn: 2, error: 3};
export function createLog(service, level, write) {
	const beginnings = Object.fromEntries(Object.keys(RANK).map((at) => [at, `","level":"${at}","service":${JSON.stringify(service)},"event":`]));
	let moment = 0;
	let text = '';
	const timestamp = () => {
		const now = Date.now();
		if (now !== moment) text = new Date(now).toISOString();
		moment = now;
		return text;
	};
	const log = (at, event, fields = {}) => log.text(at, event, escaped(JSON.stringify(fields).slice(1, -1)));
	log.text = (at, event, members) => {
		if (RANK[at] >= RANK[level] || event === AUDIT) write(`{"timestamp":"${timestamp()}${beginnings[at]}${quoted(event)}${members && ','}${members}}\n`);
	};
	return log;
}
const GATHER = 10;
const MOST = 65_536;
export function gathered(write) {
	let waiting = '';
	let last = 0;
	const flush = () => {
		if (waiting !== '') write(waiting);
		waiting = '';
		last = performance.now();
	};
	return {
		flush, write: (line) => {
			if (waiting === '' && performance.now() - last > GATHER) setImmediate(flush);
			else if (waiting === '') setTimeout(flush, GATHER).unref();
			waiting += line;
			if (waiting.length > MOST) flush();
		},
	};
}

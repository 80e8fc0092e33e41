// mcpgen: What a child last said on stderr, for the line that tells of its end.
import {printable} from '../process/log.js';
const MOST = 4096;
const SHORTEST_SECRET = 4;
export function speechOf({env: entries}, env) {
	const given = entries.flatMap(([name, value]) => ('secret' in value ? [[name, env[name] ?? '']] : []));
	const secrets = given.filter(([, secret]) => secret.length >= SHORTEST_SECRET);
	return (text) => printable(secrets.reduce((rest, [name, secret]) => rest.replaceAll(secret, `[${name}]`), text));
}
export function lastWords() {
	const lines = [];
	let length = 0;
	return {
		add(line) {
			const kept = line.slice(0, MOST);
			lines.push(kept);
			length += kept.length + 1;
			for (; length > MOST + 1 && lines.length > 1;) length -= (lines.shift() ?? '').length + 1;
		},
		text: () => lines.join('\n').slice(-MOST),
	};
}

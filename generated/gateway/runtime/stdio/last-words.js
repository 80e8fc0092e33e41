// mcpgen: Characters of it.
const MOST = 4096;
const SHORTEST_SECRET = 4;
const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
export function printable({ env: entries }, env) {
	const given = entries.flatMap(([name, value]) => ('secret' in value ? [[name, env[name] ?? '']] : []));
	const secrets = given.filter(([, secret]) => secret.length >= SHORTEST_SECRET);
	return (text) => {
		const hidden = secrets.reduce((rest, [name, secret]) => rest.replaceAll(secret, `[${name}]`), text);
		return hidden.replace(CONTROLS, (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`);
	};
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

// mcpgen: JSON text, read and changed in place: what is only routed keeps its bytes, and with them numbers that a double cannot hold.
const SPACE = /[ \t\r\n]*/y;
const SCALAR = /[\w.+-]*/y;
const MARK = /["[\]{}]/g;
export const spaceEnd = (text, at) => matchEnd(SPACE, text, at);
function matchEnd(pattern, text, at) {
	pattern.lastIndex = at;
	pattern.exec(text);
	return pattern.lastIndex;
}
export function valueEnd(text, at) {
	let depth = 0;
	let next = text[at] ?? '';
	if (!'"{['.includes(next) || next === '') return matchEnd(SCALAR, text, at);
	for (;;) {
		if (next === '"') at = stringEnd(text, at);
		else depth += next === '{' || next === '[' ? 1 : -1;
		if (next !== '"') at++;
		if (depth === 0 || at > text.length) return at;
		at = matchEnd(MARK, text, at) - 1;
		if (at < 0) return text.length + 1;
		next = text[at] ?? '';
	}
}
function stringEnd(text, at) {
	let slashes;
	do {
		at = text.indexOf('"', at + 1);
		if (at < 0) return text.length + 1;
		for (slashes = 0; text[at - 1 - slashes] === '\\';) slashes++;
	} while (slashes % 2 === 1);
	return at + 1;
}
function placesIn(text, at, name) {
	const close = name === null ? ']' : '}';
	if (text[at] !== (name === null ? '[' : '{')) return null;
	const found = [];
	const written = JSON.stringify(name);
	at = spaceEnd(text, at + 1);
	while (text[at] !== close) {
		let isMeant = true;
		if (name !== null) {
			const end = valueEnd(text, at);
			const key = text.slice(at, end);
			isMeant = key === written || (key.includes('\\') && unescaped(key) === name);
			at = spaceEnd(text, end);
			if (text[at] !== ':') return null;
			at = spaceEnd(text, at + 1);
		}
		const end = valueEnd(text, at);
		if (end === at || end > text.length) return null;
		if (isMeant) found.push({start: at, end});
		at = spaceEnd(text, end);
		if (text[at] === ',') at = spaceEnd(text, at + 1);
		else if (text[at] !== close) return null;
	}
	return found;
}
export function membersAt(text, at) {
	const found = [];
	if (text[at] !== '{') return found;
	at = spaceEnd(text, at + 1);
	while (text[at] === '"') {
		const keyEnd = valueEnd(text, at);
		const key = JSON.parse(text.slice(at, keyEnd));
		const start = spaceEnd(text, spaceEnd(text, keyEnd) + 1);
		const end = valueEnd(text, start);
		found.push({key, start, end});
		at = spaceEnd(text, end);
		if (text[at] === ',') at = spaceEnd(text, at + 1);
	}
	return found;
}
export const elementsAt = (text, at) => placesIn(text, at, null);
function unescaped(key) {
	try {
		return JSON.parse(key);
	} catch {
		return null;
	}
}
export const ownText = (part) => (part === null ? part : Buffer.from(part).toString());
export function memberText(text, path) {
	let place = {start: spaceEnd(text, 0), end: text.length};
	for (const name of path) {
		const last = placesIn(text, place.start, name)?.at(-1);
		if (!last) return null;
		place = last;
	}
	return text.slice(place.start, place.end);
}
export function replaceMember(text, path, replacement) {
	let places = [{start: spaceEnd(text, 0), end: text.length}];
	for (const name of path) {
		const next = [];
		for (const {start} of places) {
			if (text[start] !== '{') continue;
			const found = placesIn(text, start, name);
			if (!found) return null;
			next.push(...found);
		}
		places = next;
	}
	if (places.length === 0) return null;
	let out = '';
	let kept = 0;
	for (const {start, end} of places) {
		out += text.slice(kept, start) + replacement;
		kept = end;
	}
	return out + text.slice(kept);
}
export function elementTexts(text) {
	return placesIn(text, spaceEnd(text, 0), null)?.map(({start, end}) => text.slice(start, end)) ?? null;
}
export function headMembers(text) {
	const found = new Map();
	let at = spaceEnd(text, 0);
	if (text[at] !== '{') return found;
	do {
		at = spaceEnd(text, at + 1);
		const nameEnd = valueEnd(text, at);
		const name = unescaped(text.slice(at, nameEnd));
		at = spaceEnd(text, nameEnd);
		if (typeof name !== 'string' || text[at] !== ':') break;
		at = spaceEnd(text, at + 1);
		const end = valueEnd(text, at);
		found.set(name, end < text.length ? text.slice(at, end) : '');
		at = spaceEnd(text, end);
	} while (text[at] === ',');
	return found;
}

// mcpgen: Objects that two readers may understand differently.
import {foldKey} from '../wire/fold-key.js';
import {membersAt, spaceEnd} from '../wire/json-text.js';
export function readKeys(paths) {
	const groups = new Map();
	for (const [name, ...rest] of paths) {
		if (name === undefined) continue;
		const group = groups.get(name) ?? [];
		groups.set(name, group);
		group.push(rest);
	}
	return {
		below: new Map([...groups].map(([name, rest]) => [name, readKeys(rest)])),
		folded: new Set([...groups.keys()].map(foldKey)),
	};
}
export function isAmbiguous(text, keys) {
	const walk = (at, {below, folded}) => {
		if (folded.size === 0) return false;
		const seen = new Set();
		for (const {key, start} of membersAt(text, at)) {
			const next = below.get(key);
			if (key === '__proto__' || seen.has(key) || (!next && folded.has(foldKey(key)))) return true;
			if (!next) continue;
			seen.add(key);
			if (walk(start, next)) return true;
		}
		return false;
	};
	return walk(spaceEnd(text, 0), keys);
}

// mcpgen: What is remembered for callers, within bounds: whoever has had its share loses what is its own and oldest, never what is another's.
import {createPlaces} from './places.js';
export function createMemory(most, forgotten = () => {}) {
	const places = createPlaces();
	const owners = new Map();
	const forget = (owner, key) => {
		const own = owners.get(owner);
		own?.get(key)?.free();
		if (own?.delete(key)) forgotten(key);
		if (own?.size === 0) owners.delete(owner);
	};
	return {
		get: (owner, key) => owners.get(owner)?.get(key)?.value, set(owner, key, value, size = 1) {
			forget(owner, key);
			if (2 * size > most) return false;
			const holder = {tenant: owner.slice(0, Math.max(0, owner.indexOf('\n'))), caller: owner, hasNeighbours: true };
			let free = places.take(most, holder, size);
			for (let own = owners.get(owner); !free && own && own.size > 0; free = places.take(most, holder, size)) forget(owner, own.keys().next().value);
			if (!free) return false;
			const own = owners.get(owner) ?? new Map();
			owners.set(owner, own.set(key, {value, free}));
			return true;
		},
		delete: forget, prune(isOver) {
			for (const [owner, own] of owners)
				for (const [key, {value}] of own)
					if (isOver(value)) forget(owner, key);
		},
	};
}

// A module of mcpgen's gateway. Do not edit.
import { lookup } from 'node:dns/promises';
/** Platforms change addresses without notice; their resolvers answer at once. */
const EVERY = 5000;
/** Calls back with the addresses of a name, again whenever they change. @returns a function that stops it */
export function watchName(name, changed) {
	let timer;
	let stopped = false;
	let known = '';
	const look = async () => {
		try {
			const addresses = (await lookup(name, { all: true })).map(({ address }) => address).sort();
			if (!stopped && addresses.join() !== known) {
				known = addresses.join();
				changed(addresses);
			}
		} catch {
			// A name that cannot be resolved right now keeps its last addresses: probes tell which of them still answer.
		}
		if (!stopped) timer = setTimeout(() => void look(), EVERY).unref();
	};
	timer = setTimeout(() => void look(), 0);
	return () => {
		stopped = true;
		clearTimeout(timer);
	};
}

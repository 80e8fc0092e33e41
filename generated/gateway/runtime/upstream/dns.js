// mcpgen: do not edit.
import { lookup } from 'node:dns/promises';
const EVERY = 5000;
const FIRST_WAIT = 2000;
/** Calls back with the addresses of a name, again whenever they change. @returns after the first look, a function that stops it */
export async function watchName(name, changed) {
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
		}
		if (!stopped) timer = setTimeout(() => void look(), EVERY).unref();
	};
	await Promise.race([look(), new Promise((resolve) => setTimeout(resolve, FIRST_WAIT).unref())]);
	return () => {
		stopped = true;
		clearTimeout(timer);
	};
}

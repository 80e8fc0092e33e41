// mcpgen: do not edit.
import { lookup } from 'node:dns/promises';
import { plainAddress } from '../decision/address.js';
import { CLOCK, jitter } from './clock.js';
import { Watch } from './watch.js';
const EVERY = 5000;
const FIRST_WAIT = 2000;
/** Calls back with the addresses of a name, in order, and again whenever they change. @returns after the first look, a function that stops it */
export async function watchName(name, changed, find = lookup, clock = CLOCK) {
	let stopped = false;
	let known = '';
	const look = async () => {
		const found = await find(name, { all: true }).catch(() => []);
		const addresses = [...new Set(found.map(({ address }) => address))].sort();
		if (!stopped && addresses.length > 0 && addresses.join() !== known) {
			known = addresses.join();
			changed(addresses);
		}
		return EVERY * jitter(clock);
	};
	const watch = new Watch(look, clock);
	await Promise.race([look(), new Promise((resolve) => clock.after(FIRST_WAIT, resolve))]);
	watch.soon(EVERY);
	return () => {
		stopped = true;
		watch.stop();
	};
}
export async function watchNames(names) {
	const known = new Map();
	const stops = await Promise.all(names.map((name) => watchName(name, (addresses) => known.set(name, addresses.map(plainAddress)))));
	return {
		has: (address) => [...known.values()].flat().includes(plainAddress(address)),
		close: () => stops.forEach((stop) => stop()),
	};
}

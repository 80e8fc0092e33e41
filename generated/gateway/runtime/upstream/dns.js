// mcpgen
import {lookup} from 'node:dns/promises';
import {plainAddress} from '../decision/address.js';
import {CLOCK, jitter} from '../process/clock.js';
import {Watch} from '../process/watch.js';
const EVERY = 5000;
const FIRST_WAIT = 2000;
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
export async function watchNamed(name, watch = watchName) {
	const named = { name, addresses: [], onChange: () => { }, stop: () => { } };
	named.stop = await watch(name, (addresses) => {
		named.addresses = addresses;
		named.onChange();
	});
	return named;
}
export async function watchNames(names) {
	const known = new Map();
	const stops = await Promise.all(names.map((name) => watchName(name, (addresses) => known.set(name, addresses.map(plainAddress)))));
	return {
		has: (address) => [...known.values()].flat().includes(plainAddress(address)),
		close: () => stops.forEach((stop) => stop()),
	};
}

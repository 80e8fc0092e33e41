// mcpgen
import {lookup} from 'node:dns/promises';
import {plainAddress} from '../decision/address.js';
import {CLOCK, jitter} from '../process/clock.js';
import {Watch} from '../process/watch.js';
import {causeOf} from '../wire/cause.js';
import {UpstreamFault} from '../wire/fault.js';
const EVERY = 5000;
const FIRST_WAIT = 2000;
export async function watchName(name, changed, find = lookup, clock = CLOCK, looked = () => {}) {
	let stopped = false;
	let known = '';
	const look = async () => {
		let failed = null;
		const found = await find(name, {all: true}).catch((error) => ((failed = error), []));
		if (!stopped) looked(failed);
		const addresses = [...new Set(found.map(({address}) => address))].sort();
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
	const named = {name, addresses: [], cause: null, onChange: () => {}, stop: () => {}};
	const changed = (addresses) => {
		named.addresses = addresses;
		named.onChange();
	};
	const looked = (error) => {
		const isNews = error !== null && named.cause === null;
		named.cause = error === null ? null : causeOf(new UpstreamFault('connect', error));
		if (isNews) named.onChange();
	};
	named.stop = await watch(name, changed, lookup, CLOCK, looked);
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

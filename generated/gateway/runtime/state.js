// mcpgen: do not edit.
/** What a decision needs besides the request, made from one version of the tables. Running requests keep theirs across a reload. */
import { randomBytes } from 'node:crypto';
import { addressSet, plainAddress } from './decision/address.js';
import { Buckets } from './bucket.js';
import { compileTables } from './decision/lookups.js';
import { apiKeys } from './credentials.js';
import { longSecret, placementOf, SettingError } from './env.js';
import { createSealer } from './session.js';
const ownKey = randomBytes(32).toString('base64');
export async function createState(raw, env, features, previous) {
	const tables = compileTables(raw, placementOf(env));
	const { keys, ttl } = raw.sessions;
	const sealing = keys.length > 0 ? keys.map((name) => longSecret(env, name, 32)) : [ownKey];
	const names = new NameSet();
	const hops = raw.trusted[tables.placement];
	const inNetworks = addressSet(hops.flatMap((hop) => ('cidr' in hop ? [hop.cidr] : [])));
	await names.watch(hops.flatMap((hop) => ('name' in hop ? [hop.name] : [])), features);
	const token = (name) => (name ? longSecret(env, name, 16) : null);
	return {
		tables,
		authenticate: apiKeys(tables, distinct((name) => longSecret(env, name, 16))),
		sealer: createSealer(sealing, ttl, Date.now),
		trusted: (address) => inNetworks(address) || names.has(address),
		perAddress: keepOrMake(previous?.perAddress, previous?.tables.raw.limits.perAddress, raw.limits.perAddress),
		perTenant: new Map([...tables.tenants].flatMap(([name, { rate }]) => rate ? [[name, keepOrMake(previous?.perTenant.get(name), previous?.tables.tenants.get(name)?.rate, rate)]] : [])),
		readToken: token(raw.admin?.readToken),
		writeToken: token(raw.admin?.writeToken),
		close: () => names.close(),
	};
}
function keepOrMake(old, oldRate, rate) {
	return old && oldRate?.tokens === rate.tokens && oldRate.window === rate.window ? old : new Buckets(rate);
}
function distinct(read) {
	const names = new Map();
	return (name) => {
		const value = read(name);
		const other = names.get(value);
		if (other !== undefined && other !== name) throw new SettingError(`secrets ${other} and ${name} have the same value; each key must be its client's own`);
		names.set(value, name);
		return value;
	};
}
class NameSet {
	#addresses = new Map();
	#stop = [];
	async watch(names, features) {
		if (names.length === 0 || !features.dns) return;
		const { watchName } = await features.dns();
		const watches = names.map((name) => watchName(name, (addresses) => this.#addresses.set(name, addresses.map(plainAddress))));
		this.#stop.push(...(await Promise.all(watches)));
	}
	has(address) {
		const plain = plainAddress(address);
		for (const addresses of this.#addresses.values())
			if (addresses.includes(plain)) return true;
		return false;
	}
	close() {
		for (const stop of this.#stop) stop();
	}
}

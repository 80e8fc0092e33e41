// mcpgen: Makes the state of one version of the tables.
import {randomBytes} from 'node:crypto';
import {addressSet} from './decision/address.js';
import {createBuckets} from './identity/bucket.js';
import {compileTables} from './decision/lookups.js';
import {placementOf, SettingError} from './process/env.js';
import {createSealer} from './identity/session.js';
const ownKey = randomBytes(32).toString('base64');
export async function createState(raw, env, modules, previous) {
	const tables = compileTables(raw, placementOf(env));
	const { keys, ttl } = raw.sessions;
	const secretOf = modules.readSecrets?.(tables, env) ?? lacking;
	const sealing = keys.length > 0 ? keys.map(secretOf) : [ownKey];
	const hops = raw.trusted[tables.placement];
	const inNetworks = addressSet(hops.flatMap((hop) => ('cidr' in hop ? [hop.cidr] : [])));
	const names = hops.flatMap((hop) => ('name' in hop ? [hop.name] : []));
	const named = names.length > 0 ? await modules.watchNames?.(names) : undefined;
	const token = (name) => (name ? secretOf(name) : null);
	return {
		tables,
		authenticate: tables.clients.size === 0 ? () => ({ kind: 'anonymous' }) : (modules.apiKeys ?? lacking)(tables, secretOf),
		sealer: createSealer(sealing, ttl, Date.now),
		trusted: (address) => inNetworks(address) || (named?.has(address) ?? false),
		perAddress: countsIn(tables) ? keepOrMake(previous?.perAddress, addressRate(previous), raw.limits.perAddress) : UNCOUNTED,
		perTenant: new Map([...tables.tenants].flatMap(([name, { rate }]) => rate ? [[name, keepOrMake(previous?.perTenant.get(name), previous?.tables.tenants.get(name)?.rate, rate)]] : [])),
		readToken: token(raw.admin?.readToken), writeToken: token(raw.admin?.writeToken), close: () => named?.close(),
	};
}
const countsIn = ({ raw, placement }) => raw.countsAddresses[placement];
const addressRate = (state) => (state && countsIn(state.tables) ? state.tables.raw.limits.perAddress : null);
const UNCOUNTED = { take: () => 0, penalise: () => { } };
function lacking() {
	throw new SettingError('this gateway was baked without secrets or credentials, which its tables need');
}
function keepOrMake(old, oldRate, rate) {
	return old && oldRate?.tokens === rate.tokens && oldRate.window === rate.window ? old : createBuckets(rate);
}

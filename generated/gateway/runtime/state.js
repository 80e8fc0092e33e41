// mcpgen: do not edit.
/** What a decision needs besides the request, made from one version of the tables. Running requests keep theirs across a reload. */
import { randomBytes } from 'node:crypto';
import { addressSet } from './decision/address.js';
import { Buckets } from './bucket.js';
import { compileTables } from './decision/lookups.js';
import { longSecret, placementOf, requireSecrets, SettingError } from './env.js';
import { createSealer } from './session.js';
const ownKey = randomBytes(32).toString('base64');
export async function createState(raw, env, features, previous) {
	const tables = compileTables(raw, placementOf(env));
	const { keys, ttl } = raw.sessions;
	requireSecrets(env, wantedSecrets(tables));
	const sealing = keys.length > 0 ? keys.map((name) => longSecret(env, name, 32)) : [ownKey];
	const hops = raw.trusted[tables.placement];
	const inNetworks = addressSet(hops.flatMap((hop) => ('cidr' in hop ? [hop.cidr] : [])));
	const names = hops.flatMap((hop) => ('name' in hop ? [hop.name] : []));
	const named = names.length > 0 ? await (await features.dns?.())?.watchNames(names) : undefined;
	const token = (name) => (name ? longSecret(env, name, 16) : null);
	return {
		tables,
		authenticate: await authenticator(tables, env, features),
		sealer: createSealer(sealing, ttl, Date.now),
		trusted: (address) => inNetworks(address) || (named?.has(address) ?? false),
		perAddress: keepOrMake(previous?.perAddress, previous?.tables.raw.limits.perAddress, raw.limits.perAddress),
		perTenant: new Map([...tables.tenants].flatMap(([name, { rate }]) => rate ? [[name, keepOrMake(previous?.perTenant.get(name), previous?.tables.tenants.get(name)?.rate, rate)]] : [])),
		readToken: token(raw.admin?.readToken),
		writeToken: token(raw.admin?.writeToken),
		close: () => named?.close(),
	};
}
function wantedSecrets({ raw, clients, pools, placement }) {
	const children = [...pools.values()].flatMap(({ sources }) => (sources[placement].kind === 'spawn' ? sources[placement].child.env : []));
	return [
		...raw.sessions.keys.map((name) => [name, 32]),
		...[...clients.values()].flatMap(({ keys }) => keys.map((name) => [name, 16])),
		...[raw.admin?.readToken, raw.admin?.writeToken].flatMap((name) => (name ? [[name, 16]] : [])),
		...children.flatMap(([, value]) => ('secret' in value ? [[value.secret, 1]] : [])),
	];
}
async function authenticator(tables, env, features) {
	if (tables.clients.size === 0) return () => ({ kind: 'anonymous' });
	const module = await features.credentials?.();
	if (!module) throw new SettingError('this gateway was baked without credentials');
	return module.apiKeys(tables, (name) => longSecret(env, name, 16));
}
function keepOrMake(old, oldRate, rate) {
	return old && oldRate?.tokens === rate.tokens && oldRate.window === rate.window ? old : new Buckets(rate);
}

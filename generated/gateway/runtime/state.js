// mcpgen: Makes the state of one version of the tables.
import {hkdfSync, randomBytes} from 'node:crypto';
import {addressSet} from './decision/address.js';
import {createBuckets} from './identity/bucket.js';
import {compileTables} from './decision/lookups.js';
import {NEEDS} from './decision/needs.js';
import {placementOf, SettingError} from './process/env.js';
import {NOTHING_TOWARDS} from './front/state.js';
import {createSealer} from './identity/session.js';
const ownKey = randomBytes(32).toString('base64');
export async function createState(baked, env, modules, previous, log = () => {}) {
	if (NEEDS.itemRules(baked) && !modules.createItemRules) throw new SettingError('this gateway was baked without rules on tools, which its tables need');
	const raw = NEEDS.environmentRate(baked) ? (modules.withEnvironmentRate ?? lacking)(baked, env) : baked;
	const tables = compileTables(raw, placementOf(env), modules);
	const {keys, ttl} = raw.sessions;
	const {rate: perClient} = raw.limits.perClient;
	const secretOf = modules.readSecrets?.(tables, env) ?? lacking;
	const sealing = keys.length > 0 ? keys.map(secretOf) : [ownKey];
	const hops = raw.trusted[tables.placement];
	const inNetworks = addressSet(hops.flatMap((hop) => ('cidr' in hop ? [hop.cidr] : [])));
	const names = hops.flatMap((hop) => ('name' in hop ? [hop.name] : []));
	const named = names.length > 0 ? await modules.watchNames?.(names) : undefined;
	const token = (name) => (name ? secretOf(name) : null);
	const tokens = raw.auth.issuers.length > 0 ? (modules.createTokens ?? lacking)(tables, secretOf, previous?.tokens ?? null, {log}) : null;
	const authenticate = !raw.auth.wanted ? anybody : (modules.authenticator ?? lacking)(tables, secretOf, env, tokens);
	const {lookup: table} = raw.auth;
	const asking = table && {table, previous: previous?.lookup ?? null, authenticate, ask: modules.ask ?? lacking(), now: () => performance.now()};
	return {
		tables,
		...(asking ? (modules.createLookedUp ?? lacking)(tables, asking) : {authenticate, lookup: null, lookUp: notAsked}),
		tokens, sealer: createSealer(sealing, ttl, Date.now),
		digestKey: Buffer.from(hkdfSync('sha256', sealing[0], 'mcpgen', 'audit digest v1', 32)),
		trusted: (address) => inNetworks(address) || (named?.has(address) ?? false),
		perAddress: countsIn(tables) ? keepOrMake(previous?.perAddress, addressRate(previous), raw.limits.perAddress) : UNCOUNTED,
		perClient: perClient && keepOrMake(previous?.perClient, previous?.tables.raw.limits.perClient.rate, perClient),
		perTenant: new Map([...tables.tenants].flatMap(([name, {rate}]) => rate ? [[name, keepOrMake(previous?.perTenant.get(name), previous?.tables.tenants.get(name)?.rate, rate)]] : [])),
		readToken: token(raw.admin?.readToken), writeToken: token(raw.admin?.writeToken),
		...(NEEDS.towards(raw) ? (modules.towardsServers ?? lacking)(tables, secretOf, modules, previous) : NOTHING_TOWARDS),
		close: (next) => {
			named?.close();
			tokens?.close(next?.tokens ?? null);
		},
	};
}
const ANYBODY = {kind: 'anonymous' };
const anybody = () => ANYBODY;
const NOT_ASKED = {kind: 'none' };
const notAsked = () => NOT_ASKED;
const countsIn = ({raw, placement}) => raw.countsAddresses[placement];
const addressRate = (state) => (state && countsIn(state.tables) ? state.tables.raw.limits.perAddress : null);
const UNCOUNTED = {take: () => 0, penalise: () => {}};
function lacking() {
	throw new SettingError('this gateway was baked without secrets or credentials, which its tables need');
}
function keepOrMake(old, oldRate, rate) {
	return old && oldRate?.tokens === rate.tokens && oldRate.window === rate.window ? old : createBuckets(rate);
}

// mcpgen
import {SettingError, surroundingsOf} from '../process/env.js';
import {longSecret} from '../process/secrets.js';
export function readSecrets(tables, env) {
	const values = new Map();
	const faults = new Set();
	for (const [name, bytes] of wantedSecrets(tables)) {
		try {
			values.set(name, longSecret(env, name, bytes));
		} catch (error) {
			faults.add(error.message);
		}
	}
	if (faults.size > 0) throw new SettingError([...faults].join('\n'));
	return (name) => values.get(name);
}
function wantedSecrets({raw, clients, pools, placement, tenants}) {
	const found = [...pools.values()].map(({sources}) => sources[surroundingsOf(placement)]);
	const children = found.flatMap((source) => (source.kind === 'spawn' ? source.child.env : []));
	return [
		...raw.sessions.keys.map((name) => [name, 32]),
		...raw.auth.issuers.flatMap(({keys}) => (keys.kind === 'secret' ? [[keys.secret, 32]] : [])),
		...[...clients.values()].flatMap(({keys}) => keys.map((name) => [name, 16])),
		...[raw.admin?.readToken, raw.admin?.writeToken].flatMap((name) => (name ? [[name, 16]] : [])),
		...children.flatMap(([, value]) => ('secret' in value ? [[value.secret, 1]] : [])),
		...[...pools.values()].flatMap(({toServer}) => (toServer ? shownTo(toServer).map((name) => [name, 1]) : [])),
		...[...tenants.values()].flatMap(({forward}) => (forward?.signed ? [[forward.signed.secret, 32]] : [])),
	];
}
function shownTo({headers, auth, tls, exchange}) {
	const named = (from) => (from && 'secret' in from ? [from.secret] : []);
	const plain = [auth?.secret, exchange?.client.secret].flatMap((name) => (name ? [name] : []));
	return [...headers.flatMap(([, value]) => named(value)), ...[tls?.ca, tls?.cert, tls?.key].flatMap(named), ...plain];
}

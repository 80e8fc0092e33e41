// mcpgen: Credentials: whose a request is.
import {randomBytes} from 'node:crypto';
import {SettingError} from '../process/env.js';
import {digest} from '../wire/digest.js';
import {environmentKeys} from './environment-keys.js';
const KEY_UNKNOWN = {kind: 'invalid', why: 'key-unknown' };
const UNKNOWN = {kind: 'unknown' };
const NOBODYS = new Set(['key-unknown', 'token-malformed', 'token-issuer']);
export function authenticator(tables, secretOf, env, tokens) {
	const secret = randomBytes(32).toString('base64');
	const hidden = (credential) => digest(secret + credential);
	const hasLookup = tables.raw.auth.lookup !== null;
	const clients = clientsByKey(tables, secretOf, env, hidden);
	return (asked) => {
		const {authorization, 'x-api-key': apiKey } = asked.request.headers;
		const bearer = authorization === undefined ? undefined : bearerIn(authorization);
		if (bearer !== undefined && apiKey !== undefined && apiKey !== bearer) return {kind: 'invalid', why: 'credentials-differ' };
		const credential = bearer ?? apiKey;
		if (credential === undefined) return authorization === undefined ? {kind: 'missing' } : { kind: 'invalid', why: 'scheme-unknown' };
		const tag = hidden(credential);
		const client = clients.get(tag);
		if (client) return client;
		const judged = tokens && bearer !== undefined ? tokens.judge(bearer, tag, asked) : KEY_UNKNOWN;
		return hasLookup && !(judged instanceof Promise) && judged.kind === 'invalid' && NOBODYS.has(judged.why ?? '') ? UNKNOWN : judged;
	};
}
function bearerIn(authorization) {
	const usual = authorization.startsWith('Bearer ') && !authorization.includes(' ', 7) && !authorization.includes('\t') && authorization.length > 7;
	return usual ? authorization.slice(7) : /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}
function clientsByKey(tables, secretOf, env, hidden) {
	const principals = new Map();
	const names = new Map();
	const add = (name, key, client, permissions) => {
		const tag = hidden(key);
		const other = names.get(tag);
		if (other !== undefined && other !== name) throw new SettingError(`secrets ${other} and ${name} have the same value; each key must be its client's own`);
		names.set(tag, name);
		principals.set(tag, {kind: 'client', client, permissions });
	};
	for (const [client, {keys, permissions}] of tables.clients)
		for (const name of keys) add(name, secretOf(name), client, permissions);
	for (const {name, key, client, permissions} of tables.raw.auth.environmentKeys ? environmentKeys(tables, env) : []) add(name, key, client, permissions);
	return principals;
}

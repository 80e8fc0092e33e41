// mcpgen: Credentials: whose a request is.
import {randomBytes} from 'node:crypto';
import {SettingError} from '../process/env.js';
import {digest} from '../wire/digest.js';
export function apiKeys(tables, secretOf) {
	const keyOf = distinct(secretOf);
	const secret = randomBytes(32).toString('base64');
	const hidden = (key) => digest(secret + key);
	const principals = new Map();
	for (const [client, { keys, permissions }] of tables.clients) {
		for (const name of keys) principals.set(hidden(keyOf(name)), { kind: 'client', client, permissions });
	}
	return (headers) => {
		const bearer = /^Bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
		const key = bearer ?? headers['x-api-key'];
		if (bearer !== undefined && headers['x-api-key'] !== undefined && headers['x-api-key'] !== bearer) return { kind: 'invalid' };
		if (key === undefined) return { kind: headers['authorization'] === undefined ? 'missing' : 'invalid' };
		return principals.get(hidden(key)) ?? { kind: 'invalid' };
	};
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

// mcpgen: do not edit.
import { createHmac, randomBytes } from 'node:crypto';
/**
 * API keys, as `Authorization: Bearer` or `X-Api-Key`. Keys are compared by their MAC under a key of this process, so that how long a comparison
 * takes says nothing about how much of a guess was right.
 */
export function apiKeys(tables, secretOf) {
	const macKey = randomBytes(32);
	const mac = (key) => createHmac('sha256', macKey).update(key).digest('base64');
	const principals = new Map();
	for (const [client, { keys, permissions }] of tables.clients) {
		for (const name of keys) principals.set(mac(secretOf(name)), { kind: 'client', client, permissions });
	}
	if (principals.size === 0) return () => ({ kind: 'anonymous' });
	return (headers) => {
		const bearer = /^Bearer +(\S+)$/i.exec(headers['authorization'] ?? '')?.[1];
		const key = bearer ?? headers['x-api-key'];
		if (bearer !== undefined && headers['x-api-key'] !== undefined && headers['x-api-key'] !== bearer) return { kind: 'invalid' };
		if (key === undefined) return { kind: headers['authorization'] === undefined ? 'missing' : 'invalid' };
		return principals.get(mac(key)) ?? { kind: 'invalid' };
	};
}

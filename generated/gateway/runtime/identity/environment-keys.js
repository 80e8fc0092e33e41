// mcpgen
import {SettingError} from '../process/env.js';
import {readSecret, refusePlaceholder} from '../process/secrets.js';
const LEAST = 16;
const TEXT = /^[\x21-\x7e]+$/;
export function environmentKeys({clients}, env) {
	const set = Object.keys(env).flatMap((name) => (env[name] === undefined ? [] : (/^(API_KEY_\d+)(?:_FILE)?$/.exec(name)?.[1] ?? [])));
	const names = [...new Set(set)].sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)));
	const faults = [];
	const found = names.flatMap((name) => {
		try {
			return [keyIn(name, readSecret(env, name), clients)];
		} catch (error) {
			faults.push(error.message);
			return [];
		}
	});
	if (faults.length > 0) throw new SettingError(faults.join('\n'));
	return found;
}
function keyIn(name, text, clients) {
	const [key = '', client, permissions, ...more] = text.split(':');
	if (client === undefined || more.length > 0) throw new SettingError(`${name} must be <key>:<client>:<permissions, comma separated>; a key has no colon`);
	if (!TEXT.test(key) || key.length < LEAST) throw new SettingError(`the key in ${name} must have at least ${LEAST} characters of ASCII and no blank`);
	refusePlaceholder(`the key in ${name}`, key);
	const known = [...clients.keys()].join(', ') || 'none';
	if (!clients.has(client)) throw new SettingError(`${name} is a key of a client that the config does not have; it has ${known}`);
	const list = permissions === undefined || permissions === '' ? [] : permissions.split(',').map((one) => one.trim());
	if (list.some((one) => !TEXT.test(one))) throw new SettingError(`the permissions in ${name} must be names with commas between them`);
	return {name, key, client, permissions: list};
}

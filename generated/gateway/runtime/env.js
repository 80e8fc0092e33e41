// mcpgen: do not edit.
/** What differs per machine. A value that is missing or malformed ends the start, by name. */
import { readFileSync } from 'node:fs';
/** Says what to change; ends the process with code 2. */
export class SettingError extends Error {
}
const PLACEMENTS = ['local', 'compose', 'kubernetes', 'fly'];
const LEVELS = ['debug', 'info', 'warn', 'error'];
export function placementOf(env) {
	return oneOf(env, 'MCPGEN_PLACEMENT', PLACEMENTS, 'local');
}
export function logLevelOf(env, tables) {
	return oneOf({ ...env, MCP_LOG_LEVEL: env['MCP_LOG_LEVEL']?.toLowerCase() }, 'MCP_LOG_LEVEL', LEVELS, tables.log.level);
}
/** `HOST` and `PORT`, or the `MCP_GATEWAY_` form of them, override the tables. */
export function listenOf(env, { host, port }) {
	return {
		host: env['MCP_GATEWAY_HOST'] || env['HOST'] || host,
		port: portOf(env, 'MCP_GATEWAY_PORT') ?? portOf(env, 'PORT') ?? port,
	};
}
export function portOf(env, name) {
	const text = env[name];
	if (text === undefined) return null;
	if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new SettingError(`${name} must be a port, 0 to 65535; it is ${JSON.stringify(text)}`);
	return Number(text);
}
/** `MCPGEN_POOLS`: JSON of server → URLs, or `@file` holding it; for tests and `mcpgen dev`. */
export function poolOverrides(env) {
	const given = env['MCPGEN_POOLS'];
	if (given === undefined) return new Map();
	try {
		const pools = JSON.parse(given.startsWith('@') ? readFileSync(given.slice(1), 'utf8') : given);
		return new Map(Object.entries(pools).map(([server, urls]) => [server, { kind: 'urls', instances: urls.map((url) => ({ id: idOf(url, urls), url, weight: 1, region: null })) }]));
	} catch (cause) {
		throw new SettingError(`MCPGEN_POOLS must be JSON such as {"search":["http://127.0.0.1:9000/mcp"]}, or @ and the path of a file with it`, { cause });
	}
}
function idOf(url, urls) {
	const { host } = new URL(url);
	return urls.filter((other) => new URL(other).host === host).length === 1 ? host : url;
}
/** A secret by name: the file that `NAME_FILE` names, the variable `NAME`, or the file `NAME` in the folder `MCPGEN_SECRETS`. */
export function readSecret(env, name) {
	const file = env[`${name}_FILE`];
	const folder = env['MCPGEN_SECRETS'];
	const value = file !== undefined ? readFile(`${name}_FILE`, file) : (env[name] ?? (folder === undefined ? undefined : readFile('MCPGEN_SECRETS', `${folder}/${name}`)));
	if (value === undefined || value === '') throw new SettingError(`secret ${name} is not set: give it as ${name}, or a file with it as ${name}_FILE`);
	return value;
}
export function longSecret(env, name, bytes) {
	const value = readSecret(env, name);
	if (Buffer.byteLength(value) < bytes) throw new SettingError(`secret ${name} is shorter than ${bytes} bytes`);
	return value;
}
/** Says of all that are missing or too short at once: whoever starts it would learn of one at a time. */
export function requireSecrets(env, wanted) {
	const faults = wanted.flatMap(([name, bytes]) => {
		try {
			longSecret(env, name, bytes);
			return [];
		} catch (error) {
			return [error.message];
		}
	});
	if (faults.length > 0) throw new SettingError([...new Set(faults)].join('\n'));
}
function readFile(setting, path) {
	try {
		return readFileSync(path, 'utf8').trim();
	} catch (cause) {
		throw new SettingError(`${setting} names ${path}, which cannot be read`, { cause });
	}
}
function oneOf(env, name, values, fallback) {
	const value = env[name] ?? fallback;
	if (!values.includes(value)) throw new SettingError(`${name} must be one of ${values.join(', ')}; it is ${JSON.stringify(value)}`);
	return value;
}

// mcpgen: Settings that differ from machine to machine.
import {readFileSync} from 'node:fs';
export class SettingError extends Error {
}
const PLACEMENTS = ['local', 'compose', 'kubernetes', 'fly', 'image'];
const LEVELS = ['debug', 'info', 'warn', 'error'];
export function placementOf(env) {
	return oneOf(env, 'MCPGEN_PLACEMENT', PLACEMENTS, 'local');
}
export function surroundingsOf(placement) {
	return placement === 'image' ? 'local' : placement;
}
export function logLevelOf(env, tables) {
	return oneOf({...env, MCP_LOG_LEVEL: env['MCP_LOG_LEVEL']?.toLowerCase() }, 'MCP_LOG_LEVEL', LEVELS, tables.log.level);
}
export function listenOf(env, {host, port}) {
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
const POOLS = 'MCPGEN_POOLS';
export function poolOverrides(env) {
	const sourceOf = (urls) => ({kind: 'urls', instances: urls.map((url) => ({ id: idOf(url, urls), url, weight: 1, region: null })) });
	return overrides(env, (change) => ('command' in change ? null : sourceOf(change)));
}
export function childOverrides(env) {
	return overrides(env, (change) => ('command' in change ? runsInstead(change) : null));
}
function overrides(env, read) {
	const given = env[POOLS];
	if (given === undefined) return new Map();
	try {
		const pools = JSON.parse(given.startsWith('@') ? readFileSync(given.slice(1), 'utf8') : given);
		const found = Object.entries(pools).map(([server, change]) => [server, read(change)]);
		return new Map(found.filter((entry) => entry[1] !== null));
	} catch (cause) {
		throw new SettingError(`${POOLS} must be JSON such as {"search":["http://127.0.0.1:9000/mcp"]}, or @ and the path of a file with it`, { cause });
	}
}
function runsInstead({command, cwd, env = {}}) {
	const entries = Object.entries(env).map(([name, text]) => [name, {text}]);
	return (source) => {
		if (source.kind !== 'spawn') return source;
		const {child} = source;
		const kept = child.env.filter(([name]) => !(name in env));
		return {kind: 'spawn', child: { ...child, command, cwd: cwd ?? child.cwd, env: [...kept, ...entries] } };
	};
}
function idOf(url, urls) {
	const {host} = new URL(url);
	return urls.filter((other) => new URL(other).host === host).length === 1 ? host : url;
}
function oneOf(env, name, values, fallback) {
	const value = env[name] ?? fallback;
	if (!values.includes(value)) throw new SettingError(`${name} must be one of ${values.join(', ')}; it is ${JSON.stringify(value)}`);
	return value;
}

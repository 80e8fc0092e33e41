/** Settings that differ from machine to machine. A missing or malformed value ends the start, and the message names it. */
import { readFileSync } from 'node:fs';
import type { GatewayTables, LogLevel } from '../tables/gateway.js';
import type { Listen, Placement, Surroundings } from '../tables/placement.js';
import type { Source } from '../tables/pool.js';

export type Env = Readonly<Record<string, string | undefined>>;

/** A setting is wrong. The message says what to change, and the process ends with code 2. */
export class SettingError extends Error {}

const PLACEMENTS: readonly string[] = ['local', 'compose', 'kubernetes', 'fly', 'image'] satisfies Placement[];
const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'] satisfies LogLevel[];

export function placementOf(env: Env): Placement {
  return oneOf(env, 'MCPGEN_PLACEMENT', PLACEMENTS, 'local') as Placement;
}

export function surroundingsOf(placement: Placement): Surroundings {
  return placement === 'image' ? 'local' : placement;
}

export function logLevelOf(env: Env, tables: GatewayTables): LogLevel {
  return oneOf({ ...env, MCP_LOG_LEVEL: env['MCP_LOG_LEVEL']?.toLowerCase() }, 'MCP_LOG_LEVEL', LEVELS, tables.log.level) as LogLevel;
}

/** `HOST` and `PORT`, or the `MCP_GATEWAY_` form of them, override the tables. */
export function listenOf(env: Env, { host, port }: Listen): Listen {
  return {
    // An empty host would mean every interface.
    host: env['MCP_GATEWAY_HOST'] || env['HOST'] || host,
    port: portOf(env, 'MCP_GATEWAY_PORT') ?? portOf(env, 'PORT') ?? port,
  };
}

export function portOf(env: Env, name: string): number | null {
  const text = env[name];
  if (text === undefined) return null;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new SettingError(`${name} must be a port, 0 to 65535; it is ${JSON.stringify(text)}`);
  return Number(text);
}

/** `MCPGEN_POOLS`: JSON of server → URLs, or `@file` holding it; for tests and `mcpgen dev`. */
export function poolOverrides(env: Env): ReadonlyMap<string, Source> {
  const given = env['MCPGEN_POOLS'];
  if (given === undefined) return new Map();
  try {
    const pools = JSON.parse(given.startsWith('@') ? readFileSync(given.slice(1), 'utf8') : given) as Record<string, string[]>;
    const sourceOf = (urls: string[]): Source => ({ kind: 'urls', instances: urls.map((url) => ({ id: idOf(url, urls), url, weight: 1, region: null })) });
    return new Map(Object.entries(pools).map(([server, urls]) => [server, sourceOf(urls)]));
  } catch (cause) {
    throw new SettingError(`MCPGEN_POOLS must be JSON such as {"search":["http://127.0.0.1:9000/mcp"]}, or @ and the path of a file with it`, { cause });
  }
}

/** Host and port name an instance, unless two share them. */
function idOf(url: string, urls: readonly string[]): string {
  const { host } = new URL(url);
  return urls.filter((other) => new URL(other).host === host).length === 1 ? host : url;
}

function oneOf(env: Env, name: string, values: readonly string[], fallback: string): string {
  const value = env[name] ?? fallback;
  if (!values.includes(value)) throw new SettingError(`${name} must be one of ${values.join(', ')}; it is ${JSON.stringify(value)}`);
  return value;
}

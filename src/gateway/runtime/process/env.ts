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

/** What runs in place of a child's own command; its own folder and variables where these say nothing. */
interface ChildChange {
  readonly command: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const POOLS = 'MCPGEN_POOLS';

/** `MCPGEN_POOLS`: JSON of server → URLs, or for a stdio server what to run instead, or `@file` holding it; for tests and `mcpgen dev`. */
export function poolOverrides(env: Env): ReadonlyMap<string, Source> {
  const sourceOf = (urls: string[]): Source => ({ kind: 'urls', instances: urls.map((url) => ({ id: idOf(url, urls), url, weight: 1, region: null })) });
  return overrides(env, (change) => ('command' in change ? null : sourceOf(change)));
}

/** The stdio servers of which `MCPGEN_POOLS` says what to run: from a source to that with another child. */
export function childOverrides(env: Env): ReadonlyMap<string, (source: Source) => Source> {
  return overrides(env, (change) => ('command' in change ? runsInstead(change) : null));
}

function overrides<T>(env: Env, read: (change: string[] | ChildChange) => T | null): ReadonlyMap<string, T> {
  const given = env[POOLS];
  if (given === undefined) return new Map();
  try {
    const pools = JSON.parse(given.startsWith('@') ? readFileSync(given.slice(1), 'utf8') : given) as Record<string, string[] | ChildChange>;
    const found = Object.entries(pools).map(([server, change]) => [server, read(change)] as const);
    return new Map(found.filter((entry): entry is readonly [string, T & {}] => entry[1] !== null));
  } catch (cause) {
    throw new SettingError(`${POOLS} must be JSON such as {"search":["http://127.0.0.1:9000/mcp"]}, or @ and the path of a file with it`, { cause });
  }
}

function runsInstead({ command, cwd, env = {} }: ChildChange): (source: Source) => Source {
  const entries = Object.entries(env).map(([name, text]) => [name, { text }] as const);
  return (source) => {
    if (source.kind !== 'spawn') return source;
    const { child } = source;
    const kept = child.env.filter(([name]) => !(name in env));
    return { kind: 'spawn', child: { ...child, command, cwd: cwd ?? child.cwd, env: [...kept, ...entries] } };
  };
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

/** What pools and workloads both say about one server. */
import type { ServerModel, StdioServerModel } from '../config/model.js';
import type { WorkloadImage } from './infra-types.js';
import type { ChildPlan, EnvEntry, HealthPlan } from './server-types.js';
import { sortedEntries } from './sorted-entries.js';

/** A stdio server in a container is served over HTTP by its host, which has a health path of its own. */
export const STDIO_HOST = { port: 8000, path: '/mcp', health: '/health' } as const;

/** The defaults of `servers.*.health`, for servers that have no `health`. */
const TIMES = { every: 30_000, timeout: 10_000, startup: 60_000 };
/** What a path is asked with where the config names no method, and what answer is well. */
export const PLAIN_GET = { method: 'GET', status: 200, body: null } as const;

/** How an instance is asked whether it is well; the port alone where the config says nothing. */
export function planHealth(server: ServerModel): HealthPlan {
  if (server.kind === 'stdio') return { ...TIMES, kind: 'http', path: STDIO_HOST.health, ...PLAIN_GET };
  const { health } = server;
  if (!health) return { ...TIMES, kind: 'tcp' };
  const { every, timeout, startup } = health;
  const times = { every, timeout, startup };
  if ('mcp' in health) return { ...times, kind: 'mcp', ask: health.mcp };
  if ('command' in health) return { ...times, kind: 'command', command: health.command };
  const { path, method, status, body = null } = health;
  return { ...times, kind: 'http', path, method, status, body };
}

/** How a stdio server is run: by the gateway on this machine, by its host in a container. */
export function planChild(server: StdioServerModel, from: string): ChildPlan {
  const { revision, command, args, cwd = null, env, sharing, limits } = server;
  const { processes, memory, line, idle } = limits;
  return { modern: revision === 'modern', command: [...command, ...args], cwd, env: envEntries(env, from), sharing, processes, memory, line, idle };
}

/** What a container of the server would hold, if the config says so. */
export function workloadImage(name: string, server: ServerModel, nodeImage: string): WorkloadImage {
  const from = `servers.${name}`;
  if (server.image !== undefined) return { kind: 'reference', reference: server.image, from: `${from}.image` };
  const { npm, uv } = server.kind === 'stdio' ? server : {};
  if (npm !== undefined) return { kind: 'install', base: nodeImage, manager: 'npm', package: npm, onlyProgram: null, from: `${from}.npm` };
  if (uv !== undefined) return { kind: 'install', base: nodeImage, manager: 'uv', package: uv, onlyProgram: null, from: `${from}.uv` };
  return { kind: 'none', reason: 'nothing says what a container would hold: give it npm, uv or image' };
}

/** Variables as they are written, sorted by name. */
export function envEntries(env: ServerModel['env'], from: string): EnvEntry[] {
  return sortedEntries(env).map(([name, value]) => ({
    name,
    value: typeof value === 'string' ? { kind: 'text', text: value } : { kind: 'secret', secret: value.secret },
    from: `${from}.env.${name}`,
  }));
}

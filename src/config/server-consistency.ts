/** Checks between keys of one server that are each right alone. */
import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import { duplicates } from './duplicates.js';
import type { HttpServerModel, ServerModel, StdioServerModel } from './model.js';
import { problem } from './problem.js';
import { resourceProblems } from './resource-consistency.js';

type Health = NonNullable<HttpServerModel['health']>;

export function* serverProblems(name: string, server: ServerModel): Iterable<Diagnostic> {
  const at = ['servers', name, 'volumes'];
  yield* server.kind === 'http' ? httpProblems(name, server) : stdioProblems(name, server);
  yield* transformProblems(name, server);
  yield* passProblems(name, server);
  if (server.user !== undefined && server.image === undefined) yield noImageForUser(name, server);
  yield* resourceProblems(server.resources, ['servers', name, 'resources']);
  yield* duplicates(server.volumes.map((volume) => volume.name), at, 'volume');
  yield* duplicates(server.volumes.map((volume) => volume.path), at, 'mount path');
  for (const [index, { path }] of server.volumes.entries()) {
    if (path !== '/gateway' && !path.startsWith('/gateway/')) continue;
    yield problem('volume-path', [...at, index, 'path'], '/gateway is where the generated gateway is mounted; choose another path');
  }
}

function* httpProblems(name: string, server: HttpServerModel): Iterable<Diagnostic> {
  const at = ['servers', name];
  const { image, instances, health } = server;
  if (image === undefined && instances === undefined) {
    yield problem('server-source', at, `server "${name}" needs an image to run or instances that exist`, { key: true });
  }
  if (image !== undefined && instances !== undefined) {
    yield problem('server-source', at, `server "${name}" has both an image and instances; exactly one is meant`, { key: true });
  }
  for (const [key, what] of [['env', 'an environment'], ['volumes', 'volumes']] as const) {
    if (!instances || Object.keys(server[key]).length === 0) continue;
    yield problem('no-effect', [...at, key], `server "${name}" runs elsewhere, so nothing here can give it ${what}`, { key: true });
  }
  if (instances && server.egress !== undefined) {
    yield problem('no-effect', [...at, 'egress'], `server "${name}" runs elsewhere, so nothing here can bound what it reaches`, { key: true });
  }
  yield* duplicates(instances?.map(({ id, url }) => id ?? new URL(url).host) ?? [], [...at, 'instances'], 'instance');
  if (health && 'command' in health && instances) {
    yield problem('no-effect', [...at, 'health', 'command'], `server "${name}" runs elsewhere, so nothing here could run this command`, { key: true });
  }
  if (health) yield* healthProblems(health, server, [...at, 'health']);
}

function noImageForUser(name: string, server: ServerModel): Diagnostic {
  const isBuilt = server.kind === 'stdio' && (server.npm ?? server.uv) !== undefined;
  const why = isBuilt ? 'is built by mcpgen, whose images have user 1000' : 'has no image here, so nothing here chooses its user';
  return problem('no-effect', ['servers', name, 'user'], `server "${name}" ${why}`, { key: true });
}

/** Probes that no instance could ever pass: its server would never be sent a request. */
function* healthProblems(health: Health, { path, sse, revision }: HttpServerModel, at: ConfigPath): Iterable<Diagnostic> {
  if ('mcp' in health) {
    const [era, other] = health.mcp === 'ping' ? (['modern', 'discover'] as const) : (['legacy', 'ping'] as const);
    if (revision !== era) return;
    yield problem('health-mcp', [...at, 'mcp'], `a server whose revision is '${era}' has no ${METHODS[health.mcp]}; ask it mcp: '${other}'`);
  }
  if (!('path' in health)) return;
  if (health.path === path || health.path === sse) {
    const message = `a probe of the MCP endpoint ${health.path} opens streams or sessions; give the server a path of its own for health`;
    yield problem('health-path', [...at, 'path'], message);
  }
  const { method, status, body } = health;
  // RFC 9110 §6.4.1.
  const empty = method === 'HEAD' ? 'an answer to HEAD' : status === 204 || status === 304 ? `an answer with status ${status}` : null;
  if (body === undefined || empty === null) return;
  yield problem('health-body', [...at, 'body'], `${empty} has no content, so it never contains ${JSON.stringify(body)}`);
}

/** `ping` went with the sessions, and `server/discover` came for `initialize` (MCP 2026-07-28). */
const METHODS = { ping: 'ping', discover: 'server/discover' } as const;

/** Header names are compared without case (RFC 9110 §5.1), and a header is either set or removed. */
function* transformProblems(name: string, { transform }: ServerModel): Iterable<Diagnostic> {
  for (const side of ['request', 'response'] as const) {
    const { set, remove } = transform[side];
    const at = ['servers', name, 'transform', side];
    const names = Object.keys(set).map((header) => header.toLowerCase());
    for (const [index, header] of Object.keys(set).entries()) {
      if (names.indexOf(names[index] ?? '') < index) yield problem('duplicate', [...at, 'set', header], `header "${header}" is already set`, { key: true });
    }
    for (const [index, header] of remove.entries()) {
      if (!names.includes(header.toLowerCase())) continue;
      yield problem('duplicate', [...at, 'remove', index], `header "${header}" is set as well; one of the two is meant`);
    }
  }
}

/** A header that is passed on is not set or removed as well. */
function* passProblems(name: string, { transform: { request } }: ServerModel): Iterable<Diagnostic> {
  const at = ['servers', name, 'transform', 'request', 'pass'];
  const changed = [...Object.keys(request.set), ...request.remove].map((header) => header.toLowerCase());
  for (const [index, header] of request.pass.entries()) {
    if (!changed.includes(header.toLowerCase())) continue;
    yield problem('duplicate', [...at, index], `header "${header}" is set or removed as well; one of the two is meant`);
  }
}

function* stdioProblems(name: string, server: StdioServerModel): Iterable<Diagnostic> {
  const given = (['npm', 'uv', 'image'] as const).filter((key) => server[key] !== undefined);
  if (given.length < 2) return;
  yield problem('server-source', ['servers', name], `server "${name}" has ${given.join(' and ')}; at most one says what its container holds`, { key: true });
}

/** What is right in each key of a server and wrong together. */
import type { Diagnostic } from '../load/types.js';
import { duplicates } from './duplicates.js';
import type { HttpServerModel, ServerModel, StdioServerModel } from './model.js';
import { problem } from './problem.js';

export function* serverProblems(name: string, server: ServerModel): Iterable<Diagnostic> {
  const at = ['servers', name, 'volumes'];
  yield* server.kind === 'http' ? httpProblems(name, server) : stdioProblems(name, server);
  yield* duplicates(server.volumes.map((volume) => volume.name), at, 'volume');
  yield* duplicates(server.volumes.map((volume) => volume.path), at, 'mount path');
  for (const [index, { path }] of server.volumes.entries()) {
    if (path !== '/gateway' && !path.startsWith('/gateway/')) continue;
    yield problem('volume-path', [...at, index, 'path'], '/gateway is where the generated gateway is mounted; choose another path');
  }
}

function* httpProblems(name: string, server: HttpServerModel): Iterable<Diagnostic> {
  const at = ['servers', name];
  const { image, instances, health, path } = server;
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
  yield* duplicates(instances?.map(({ id, url }) => id ?? new URL(url).host) ?? [], [...at, 'instances'], 'instance');
  if (health && 'command' in health && instances) {
    yield problem('no-effect', [...at, 'health', 'command'], `server "${name}" runs elsewhere, so nothing here could run this command`, { key: true });
  }
  if (health && 'path' in health && health.path === path) {
    const message = `a probe of the MCP endpoint ${path} opens streams or sessions; give the server a path of its own for health`;
    yield problem('health-path', [...at, 'health', 'path'], message);
  }
}

function* stdioProblems(name: string, server: StdioServerModel): Iterable<Diagnostic> {
  const given = (['npm', 'uv', 'image'] as const).filter((key) => server[key] !== undefined);
  if (given.length < 2) return;
  yield problem('server-source', ['servers', name], `server "${name}" has ${given.join(' and ')}; at most one says what its container holds`, { key: true });
}

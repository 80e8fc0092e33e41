import { isLegacy, type Revision } from '../config/language/revisions.js';
import type { Model } from '../config/model.js';
import type { RouteKind } from '../gateway/runtime/tables/route.js';
import type { Sets } from './sets.js';
import { sortedEntries } from './sorted-entries.js';
import type { Route, Traffic } from './traffic-types.js';

/** The revision whose transport has two endpoints (MCP 2024-11-05, Transports § HTTP with SSE). */
const SSE_REVISION: Revision = '2024-11-05';
const SSE_ENDPOINT = '/sse';
const MESSAGE_ENDPOINT = '/message';
const SERVERS_HEALTH = '/health/servers';

/** The paths that are served: those of every public server, and the gateway's own account of its servers. */
export function planRoutes(model: Model, originSets: Sets): Route[] {
  const everyOrigin = Object.keys(model.origins);
  const { streamable, sse } = transportsOf(model);
  const servers = sortedEntries(model.servers).filter(([, server]) => server.public);
  const routes = servers.flatMap(([name, server]): Route[] => {
    const path = server.route ?? `/mcp/${name}`;
    const common = {
      server: name,
      origins: originSets.add(server.origins ?? everyOrigin),
      from: server.route === undefined ? `servers.${name}` : `servers.${name}.route`,
    };
    return [
      ...(streamable === null ? [] : [{ ...common, path, kind: 'mcp', methods: streamable } as const]),
      ...(sse ? [{ ...common, path: `${path}${SSE_ENDPOINT}`, kind: 'sse', methods: ['GET'] } as const] : []),
      ...(sse ? [{ ...common, path: `${path}${MESSAGE_ENDPOINT}`, kind: 'message', methods: ['POST'] } as const] : []),
    ];
  });
  return [...routes, healthRoute(originSets)].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * The methods of the Streamable HTTP endpoint, null where no revision has one, and whether 2024-11-05 is served. GET and DELETE are operations on a legacy
 * session; 2026-07-28 has POST alone, and 2024-11-05 has nothing at this endpoint.
 */
function transportsOf({ gateway: { revisions } }: Model): { readonly streamable: readonly string[] | null; readonly sse: boolean } {
  const rest = revisions.filter((revision) => revision !== SSE_REVISION);
  const methods = rest.some(isLegacy) ? ['DELETE', 'GET', 'POST'] : ['POST'];
  return { streamable: rest.length > 0 ? methods : null, sse: rest.length < revisions.length };
}

/** For operators and their tools, which are no browsers: it accepts no origin. */
function healthRoute(originSets: Sets): Route {
  return { path: SERVERS_HEALTH, kind: 'health', server: '', origins: originSets.add([]), methods: ['GET', 'HEAD'], from: 'gateway' };
}

/** Where a request of a revision goes, also when that revision is not served: 2024-11-05 begins with a GET at an endpoint of its own. */
export function endpointOf(
  { routes }: Pick<Traffic, 'routes'>,
  server: string | null,
  revision: Revision,
  asked: { readonly path?: string | undefined; readonly method?: string | undefined },
): { readonly path: string; readonly method: string } {
  const kind: RouteKind = revision === SSE_REVISION ? 'sse' : 'mcp';
  const pathOf = (wanted: RouteKind): string | undefined => routes.find((route) => route.server === server && route.kind === wanted)?.path;
  const endpoint = pathOf('mcp') ?? pathOf('sse')?.slice(0, -SSE_ENDPOINT.length);
  const path = asked.path ?? (endpoint === undefined ? '/' : kind === 'sse' ? `${endpoint}${SSE_ENDPOINT}` : endpoint);
  // A path that is given may be a route that no message is sent to.
  const takesPost = routes.find((route) => route.path === path)?.methods.includes('POST') ?? (asked.path !== undefined || kind === 'mcp');
  return { path, method: asked.method ?? (takesPost ? 'POST' : 'GET') };
}

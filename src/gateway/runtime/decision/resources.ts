/** Which routes are what OAuth calls a resource: something that a client dials and that its tokens are for (RFC 8707). */
import type { GatewayTables } from '../tables/gateway.js';
import { KINDS } from './kinds.js';

export interface ResourceRoutes {
  /** Path of a route → path of the resource that it is a part of. A route that is not in here is part of none. */
  readonly ofRoute: ReadonlyMap<string, string>;
  /** The resource of the only server; null where there are several. */
  readonly only: string | null;
}

export function resourcesIn(routes: GatewayTables['routes']): ResourceRoutes {
  const own = routes.filter(([, { kind }]) => KINDS[kind].resource === 'itself');
  const streams = new Map(own.flatMap(([path, { kind, server }]) => (KINDS[kind].answeredBy === 'sse' ? [[server, path] as const] : [])));
  const ofRoute = new Map(
    routes.flatMap(([path, { kind, server }]) => {
      const resource = { itself: path, stream: streams.get(server), none: undefined }[KINDS[kind].resource];
      return resource === undefined ? [] : [[path, resource] as const];
    }),
  );
  // Of the endpoints of one server, that of Streamable HTTP has the shortest path.
  const [first] = own.map(([path]) => path).sort((a, b) => a.length - b.length);
  return { ofRoute, only: new Set(own.map(([, { server }]) => server)).size === 1 ? (first ?? null) : null };
}

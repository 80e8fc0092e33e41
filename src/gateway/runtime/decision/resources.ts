/**
 * What OAuth calls a resource: the URL that a client dials and that its tokens are for (RFC 8707). It follows from the config, never from the host that a
 * request names.
 */
import type { GatewayTables } from '../tables/gateway.js';
import type { RequestHead } from './head.js';
import { KINDS } from './kinds.js';
import type { Tables } from './lookups.js';

export interface Resources {
  /** Path of a route → path of the resource that it is a part of. A route that is not in here is part of none. */
  readonly ofRoute: ReadonlyMap<string, string>;
  /** The resource of the only server; null where there are several. */
  readonly only: string | null;
}

export function resourcesIn(routes: GatewayTables['routes']): Resources {
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

/** A path of the gateway, with the tenant that it names. */
export const tenantPath = (pathTenant: string | null, path: string): string => (pathTenant === null ? path : `/t/${pathTenant}${path}`);

/** The path of the resource that a request is sent to, as its client dials it; null where a token is for no such thing. */
export function resourcePath({ resources }: Tables, { path, pathTenant }: Pick<RequestHead, 'path' | 'pathTenant'>): string | null {
  const resource = resources.ofRoute.get(path);
  return resource === undefined ? null : tenantPath(pathTenant, resource);
}

/** What a token must be for where its issuer's audiences are not declared: `gateway.url`, and the path as it was called. */
export function resourceUrl(tables: Tables, head: Pick<RequestHead, 'path' | 'pathTenant'>): string {
  return tables.raw.publicUrl + (resourcePath(tables, head) ?? tenantPath(head.pathTenant, head.path));
}

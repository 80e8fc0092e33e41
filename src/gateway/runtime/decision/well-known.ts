/** Paths of documents for OAuth clients, which say who gives tokens for what is served here. They exist where the config names an authorization server. */
import type { GatewayTables } from '../tables/gateway.js';
import type { RouteTable } from '../tables/route.js';
import { splitTenant, tenantPath } from './path-tenant.js';
import { resourcesIn, type ResourceRoutes } from './resources.js';

/** It stands between the host and the path of a resource (RFC 9728 §3.1). */
export const RESOURCE_METADATA = '/.well-known/oauth-protected-resource';
/** Where clients of 2025-03-26 look for the authorization server: at the origin of the server that they call (MCP 2025-03-26, Authorization § 2.3). */
export const SERVER_METADATA = '/.well-known/oauth-authorization-server';
const MIRRORED_FOR = '2025-03-26';

export type WellKnown =
  | {
      readonly kind: 'resource';
      /** The path of the resource as it is dialled, with the tenant. */
      readonly path: string;
      readonly pathTenant: string | null;
      readonly server: string;
    }
  | { readonly kind: 'authorization-server' };

/** The route of all of them. */
export const WELL_KNOWN_ROUTE: RouteTable = { kind: 'wellknown', server: '', origins: '', methods: ['GET', 'HEAD'] };

/** Whether the metadata of the authorization server are answered here too: where it is known which one it is, and the revision that looks here is served. */
export function isMirrored({ auth, revisions }: Pick<GatewayTables, 'auth' | 'revisions'>): boolean {
  return auth.authorizationServers.length === 1 && revisions.includes(MIRRORED_FOR);
}

/** What tokens are for, and the documents that say so. */
export interface Resources extends ResourceRoutes {
  readonly documentRoute: RouteTable;
  /** What a path is the document of, in the spelling with and without a slash at its end; null for other paths. */
  readonly documentAt: (path: string) => WellKnown | null;
}

export function createResources(raw: GatewayTables): Resources {
  const resources = resourcesIn(raw.routes);
  const routes = new Map(raw.routes);
  const pathTenants = new Set(raw.matches.paths);
  const resourceAt = (rest: string): WellKnown | null => {
    const [pathTenant, path] = rest === '' || rest === '/' ? [null, resources.only ?? ''] : splitTenant({ pathTenants }, rest);
    const plain = path.endsWith('/') ? path.slice(0, -1) : path;
    const route = resources.ofRoute.get(plain) === plain ? routes.get(plain) : undefined;
    return route ? { kind: 'resource', path: tenantPath(pathTenant, plain), pathTenant, server: route.server } : null;
  };
  const documentAt = (path: string): WellKnown | null => {
    if (raw.auth.authorizationServers.length === 0) return null;
    if (path.startsWith(RESOURCE_METADATA)) return resourceAt(path.slice(RESOURCE_METADATA.length));
    const isServer = path === SERVER_METADATA || path === `${SERVER_METADATA}/`;
    return isServer && isMirrored(raw) ? { kind: 'authorization-server' } : null;
  };
  return { ...resources, documentRoute: WELL_KNOWN_ROUTE, documentAt };
}

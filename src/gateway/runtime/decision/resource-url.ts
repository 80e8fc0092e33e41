/** The URL of a resource, as the client dials it. It follows from the config, never from the host that a request names. */
import type { RequestHead } from './head.js';
import type { Tables } from './lookups.js';
import { tenantPath } from './path-tenant.js';

type Asked = Pick<RequestHead, 'path' | 'pathTenant'>;

/** The path of the resource that a request is sent to, as its client dials it; null where a token is for no such thing. */
export function resourcePath({ resources }: Tables, { path, pathTenant }: Asked): string | null {
  const resource = resources?.ofRoute.get(path);
  return resource === undefined ? null : tenantPath(pathTenant, resource);
}

/** What a token must be for where its issuer's audiences are not declared: `gateway.url`, and the path as it was called. */
export function resourceUrl(tables: Tables, head: Asked): string {
  return tables.raw.publicUrl + (resourcePath(tables, head) ?? tenantPath(head.pathTenant, head.path));
}

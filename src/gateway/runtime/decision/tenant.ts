import type { Principal } from './facts.js';
import type { RequestHead } from './head.js';
import type { Tables } from './lookups.js';

/** The fact of row `tenant`: the tenants that host, path and client of a request say it belongs to. */
export function recogniseTenants(tables: Tables, head: Pick<RequestHead, 'host' | 'pathTenant'>, principal: Principal | undefined): readonly string[] {
  const { implied } = tables.raw.matches;
  if (implied !== null) return [implied];
  const found = new Set<string | undefined | null>([
    principal?.kind === 'client' ? tables.tenantOfClient.get(principal.client) : null,
    tables.tenantOfHost.get(head.host),
    head.pathTenant,
  ]);
  return [...found].filter((name) => typeof name === 'string');
}

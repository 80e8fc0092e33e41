/** The tenant that a path names: `/t/<tenant>/…` is the path behind it, asked for that tenant. */

export function splitTenant({ pathTenants }: { readonly pathTenants: ReadonlySet<string> }, path: string): [pathTenant: string | null, path: string] {
  if (pathTenants.size === 0 || !path.startsWith('/t/')) return [null, path];
  const end = path.indexOf('/', 3);
  const tenant = path.slice(3, end === -1 ? undefined : end);
  return end !== -1 && pathTenants.has(tenant) ? [tenant, path.slice(end)] : [null, path];
}

/** The path as it was asked for. */
export const tenantPath = (pathTenant: string | null, path: string): string => (pathTenant === null ? path : `/t/${pathTenant}${path}`);

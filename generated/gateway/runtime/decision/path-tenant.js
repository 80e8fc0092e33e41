// mcpgen: The tenant that a path names: `/t/<tenant>/…` is the path behind it, asked for that tenant.
export function splitTenant({pathTenants}, path) {
	if (pathTenants.size === 0 || !path.startsWith('/t/')) return [null, path];
	const end = path.indexOf('/', 3);
	const tenant = path.slice(3, end === -1 ? undefined : end);
	return end !== -1 && pathTenants.has(tenant) ? [tenant, path.slice(end)] : [null, path];
}
export const tenantPath = (pathTenant, path) => (pathTenant === null ? path : `/t/${pathTenant}${path}`);

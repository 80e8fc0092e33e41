// mcpgen: The fact of row `tenant`: the tenants that host, path and client of a request say it belongs to.
export function recogniseTenants(tables, head, principal) {
	const { implied } = tables.raw.matches;
	if (implied !== null) return [implied];
	const found = new Set([
		principal?.kind === 'client' ? tables.tenantOfClient.get(principal.client) : null, tables.tenantOfHost.get(head.host),
		head.pathTenant,
	]);
	return [...found].filter((name) => typeof name === 'string');
}

// mcpgen: The fact of row `tenant`: the tenants that host, path, client, token and authorization API say a request belongs to.
export function recogniseTenants(tables, head, principal, lookup) {
	const {implied} = tables.raw.matches;
	if (implied !== null) return [implied];
	const found = new Set([
		principal?.kind === 'client' ? tables.tenantOfClient.get(principal.client) : null, tables.tenantOfHost.get(head.host),
		head.pathTenant, lookup?.kind === 'tenant' ? tables.tenantOfAnswer.get(lookup.tenant) : null,
	]);
	if (principal?.kind === 'token')
		for (const {tenant, claims} of tables.raw.matches.claims)
			if (hasAll(claims, principal)) found.add(tenant);
	return [...found].filter((name) => typeof name === 'string');
}
function hasAll(wanted, {issuer, subject, claims}) {
	const valueOf = (name) => {
		if (name === 'iss') return issuer;
		if (name === 'sub') return subject;
		return Object.hasOwn(claims, name) ? claims[name] : undefined;
	};
	return wanted.length > 0 && wanted.every(([name, value]) => holds(valueOf(name), value));
}
function holds(claim, value) {
	return typeof claim === 'object' ? claim.includes(value) : claim !== undefined && String(claim) === value;
}
export function isLookedUp({raw, tenantOfClient}, principal) {
	if (raw.auth.lookup === null || raw.matches.implied !== null) return false;
	return principal?.kind === 'token' || (principal?.kind === 'client' && !tenantOfClient.has(principal.client));
}

// mcpgen: Sessions that callers of this process have used lately, and by which right.
import {tenantIn} from '../decision/facts.js';
import {recogniseTenants} from '../decision/tenant.js';
import {clientNamed, principalName, readOwner} from '../identity/principal.js';
const MOST = 10_000;
const MOST_KEY = 1024;
export function createHoldings() {
	const held = new Map();
	return {
		use(id, exchange, leg) {
			const { head, facts } = exchange;
			const { authorization, 'x-api-key': key } = head.request.headers;
			const known = held.get(id);
			if (known?.credentials['authorization'] === authorization && known?.credentials['x-api-key'] === key && known?.said.host === head.host) return;
			const isShort = (authorization?.length ?? 0) + (key?.length ?? 0) <= MOST_KEY;
			held.delete(id);
			held.set(id, {
				id, leg, tenant: tenantIn(facts) ?? '', principal: principalName(facts.principal),
				said: { host: head.host, pathTenant: head.pathTenant },
				credentials: isShort ? { ...(authorization !== undefined && { authorization }), ...(key !== undefined && { 'x-api-key': key }) } : {},
			});
			if (held.size > MOST) held.delete(held.keys().next().value);
		},
		drop: (id) => void held.delete(id), revoked(state) {
			const lost = [...held.values()].filter((one) => !keepsSession(one, state));
			for (const { id } of lost) held.delete(id);
			return lost;
		},
	};
}
function keepsSession({ credentials, leg, principal, said, tenant }, state) {
	const now = state.authenticate(credentials);
	const tenants = recogniseTenants(state.tables, said, now);
	return principalName(now) === principal && isAccepted(now.kind) && tenants.length === 1 && tenants[0] === tenant && isGranted(state, tenant, leg.server);
}
const isAccepted = (kind) => kind === 'client' || kind === 'anonymous';
function isGranted({ tables }, tenant, server) {
	return tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '')?.has(server) ?? false;
}
export function ownerKeeps(state, owner, server) {
	const { tenant, principal } = readOwner(owner);
	const { clients, tenantOfClient } = state.tables;
	const client = clientNamed(principal);
	const isKnown = client === null ? clients.size === 0 : clients.has(client) && (tenantOfClient.get(client) ?? tenant) === tenant;
	return isKnown && isGranted(state, tenant, server);
}

// mcpgen: Sessions that callers of this process have used lately, and by which right.
import {tenantIn} from '../decision/facts.js';
import {clientNamed, isVouchedBy, principalName, readOwner} from '../identity/principal.js';
import {groundsOf, identifyAgain, isSilent} from './identify-again.js';
const MOST = 10_000;
const MOST_KEY = 1024;
const NO_HEADERS = {};
export function createHoldings() {
	const held = new Map();
	return {
		use(id, exchange, leg) {
			const {head, facts} = exchange;
			const {principal} = facts;
			const {host, path, pathTenant, address} = head;
			const {authorization, 'x-api-key': key } = principal?.kind === 'token' ? NO_HEADERS : head.request.headers;
			const known = held.get(id);
			const {headers = NO_HEADERS} = known?.said.request ?? {};
			const isSame = known?.grounds.principal === principal && known?.grounds.lookup === facts.lookup;
			if (isSame && headers['authorization'] === authorization && headers['x-api-key'] === key && known?.said.host === host) return;
			const credentials = {...(authorization !== undefined && {authorization}), ...(key !== undefined && {'x-api-key': key }) };
			const isShort = (authorization?.length ?? 0) + (key?.length ?? 0) <= MOST_KEY;
			held.delete(id);
			held.set(id, {
				id, leg, tenant: tenantIn(facts) ?? '', principal: principalName(principal),
				said: {host, path, pathTenant, address, request: {headers: isShort ? credentials : NO_HEADERS}},
				grounds: groundsOf(exchange),
			});
			if (held.size > MOST) held.delete(held.keys().next().value);
		},
		drop: (id) => void held.delete(id), async revoked(state) {
			const all = [...held.values()];
			const keep = await Promise.all(all.map((one) => keepsSession(one, state)));
			const lost = all.filter((one, at) => keep[at] === false && held.get(one.id) === one);
			for (const {id} of lost) held.delete(id);
			return lost;
		},
	};
}
async function keepsSession({grounds, leg, principal, said, tenant}, state) {
	const identity = await identifyAgain(state, said, grounds);
	const {principal: now, tenants = []} = identity;
	const isTheirs = principalName(now) === principal && isAccepted(now?.kind ?? '') && tenants.length === 1 && tenants[0] === tenant;
	return (isTheirs || isSilent(identity)) && isGranted(state, tenant, leg.server);
}
const isAccepted = (kind) => kind === 'client' || kind === 'token' || kind === 'anonymous';
function isGranted({tables}, tenant, server) {
	return tables.serverSets.get(tables.tenants.get(tenant)?.servers ?? '')?.has(server) ?? false;
}
export function ownerKeeps(state, owner, server) {
	const {tenant, principal} = readOwner(owner);
	const {raw, clients, tenantOfClient} = state.tables;
	const client = clientNamed(principal);
	const issuers = [...raw.auth.issuers.map(({issuer}) => issuer), ...(raw.auth.lookup ? [raw.auth.lookup.url] : [])];
	const isToken = issuers.some((issuer) => isVouchedBy(principal, issuer));
	const isKnown = client === null ? isToken || !raw.auth.wanted : clients.has(client) && (tenantOfClient.get(client) ?? tenant) === tenant;
	return isKnown && isGranted(state, tenant, server);
}

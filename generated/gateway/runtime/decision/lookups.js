// mcpgen
import {addressSet} from './address.js';
import {NEEDS} from './needs.js';
import {originMatcher} from './origin.js';
const LISTS = ['hosts', 'originSets', 'serverSets', 'routes', 'clients', 'tenants', 'pools', 'revisions'];
export function compileTables(raw, placement, {createItemRules, createResources} = {}) {
	for (const name of LISTS)
		if (!Array.isArray(raw[name])) throw new Error(`the tables have no ${name}`);
	const isRestricted = NEEDS.itemRules(raw);
	if (isRestricted && !createItemRules) throw new Error('this gateway was baked without rules on tools, which its tables need');
	if (NEEDS.resources(raw) && !createResources) throw new Error('this gateway was baked without what tokens are for, which its tables need');
	return {
		raw, placement, publicUrl: publicUrl(raw), hosts: new Set([...raw.hosts, ...raw.internalHosts[placement]]),
		originSets: new Map(raw.originSets.map(([id, set]) => [id, originMatcher(set)])),
		serverSets: new Map(raw.serverSets.map(([id, servers]) => [id, new Set(servers)])), routes: new Map(raw.routes),
		resources: createResources?.(raw) ?? null, clients: new Map(raw.clients), tenants: new Map(raw.tenants),
		tenantOfClient: new Map(raw.matches.clients), tenantOfHost: new Map(raw.matches.hosts),
		tenantOfAnswer: new Map(raw.matches.lookups), pathTenants: new Set(raw.matches.paths), pools: new Map(raw.pools),
		allow: {all: raw.allow && addressSet(raw.allow), servers: allowed(raw.pools), tenants: allowed(raw.tenants)},
		revisions: new Set(raw.revisions), items: (isRestricted && createItemRules?.(raw)) || null,
		headers: raw.headers.flat(), ownedHeaders: new Set(raw.headers.map(([name]) => name)),
	};
}
function allowed(rows) {
	return new Map(rows.flatMap(([name, {allow}]) => (allow ? [[name, addressSet(allow)]] : [])));
}
function publicUrl({publicUrl: href}) {
	const {protocol, hostname, port} = new URL(href);
	const scheme = protocol.slice(0, -1);
	return {scheme, host: hostname.replace(/\.$/, ''), port: port || (scheme === 'https' ? '443' : '80') };
}

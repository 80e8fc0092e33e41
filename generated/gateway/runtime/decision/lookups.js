// mcpgen
import {originMatcher} from './origin.js';
const LISTS = ['hosts', 'originSets', 'serverSets', 'routes', 'clients', 'tenants', 'pools', 'revisions'];
export function compileTables(raw, placement) {
	for (const name of LISTS)
		if (!Array.isArray(raw[name])) throw new Error(`the tables have no ${name}`);
	return {
		raw, placement, publicUrl: publicUrl(raw), hosts: new Set([...raw.hosts, ...raw.internalHosts[placement]]),
		originSets: new Map(raw.originSets.map(([id, set]) => [id, originMatcher(set)])),
		serverSets: new Map(raw.serverSets.map(([id, servers]) => [id, new Set(servers)])), routes: new Map(raw.routes),
		clients: new Map(raw.clients), tenants: new Map(raw.tenants), tenantOfClient: new Map(raw.matches.clients),
		tenantOfHost: new Map(raw.matches.hosts), pathTenants: new Set(raw.matches.paths), pools: new Map(raw.pools),
		revisions: new Set(raw.revisions),
	};
}
function publicUrl({ publicUrl: href }) {
	const { protocol, hostname, port } = new URL(href);
	const scheme = protocol.slice(0, -1);
	return { scheme, host: hostname.replace(/\.$/, ''), port: port || (scheme === 'https' ? '443' : '80') };
}

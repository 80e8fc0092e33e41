// mcpgen
import {clientAddress, isLoopback, LOOPBACK} from './address.js';
import {KINDS} from './kinds.js';
export function sessionIdOf(head) {
	switch (head.kind.session.carrier) {
		case 'header':
			return head.request.headers['mcp-session-id'];
		case 'query':
			return /(?:^|&)sessionId=([^&]*)/.exec(head.query)?.[1];
		case 'none':
			return undefined;
	}
}
const HEALTH = new Map([
	['/health', 'health'],
	['/health/live', 'live'],
	['/health/ready', 'ready'],
]);
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;
const AUTHORITY = /^([a-z0-9\-._~!$&'()*+,;=%]+|\[[0-9a-f:.]+\])(?::[0-9]*)?$/;
const NOT_LITERAL = /%|\/\/|\/\.{1,2}(?:\/|$)/;
export function readHead(tables, request, trusted) {
	const absolute = request.target.startsWith('/') ? null : ABSOLUTE.exec(request.target);
	const target = absolute ? (absolute[2] ?? '') : request.target;
	const query = target.indexOf('?');
	const rawPath = (query === -1 ? target : target.slice(0, query)) || '/';
	const fromTrusted = trusted(request.peer);
	const authority = absolute?.[1] ?? ((fromTrusted && request.headers['x-forwarded-host']) || request.headers['host']);
	const host = request.hosts === 0 ? null : hostName(authority);
	const [pathTenant, path] = splitTenant(tables, rawPath);
	const route = tables.routes.get(path);
	return {
		request, fault: faultOf(request, rawPath, host), path, query: query === -1 ? '' : target.slice(query + 1), pathTenant,
		health: HEALTH.get(rawPath) ?? null, host: host ?? '', origin: originOf(tables, request, fromTrusted),
		address: clientAddress(request.peer, request.headers['x-forwarded-for'], trusted), route,
		kind: KINDS[route?.kind ?? 'mcp'],
	};
}
export function hostAccepted(tables, head) {
	return tables.raw.anyHost || tables.hosts.has(head.host) || (LOOPBACK.has(head.host) && isLoopback(head.request.peer));
}
function faultOf(request, path, host) {
	if (request.hosts > 1 || request.headers['origin']?.includes(',')) return 'repeated-header';
	if (host === null || !path.startsWith('/')) return 'malformed-request';
	if (request.headers['upgrade']?.toLowerCase().includes('websocket')) return 'upgrade-unsupported';
	if (request.headers['transfer-encoding'] !== undefined && request.headers['content-length'] !== undefined) return 'malformed-request';
	return NOT_LITERAL.test(path) ? 'path-not-literal' : null;
}
function hostName(authority) {
	const name = AUTHORITY.exec(authority?.toLowerCase() ?? '')?.[1];
	return name === undefined ? null : name.endsWith('.') ? name.slice(0, -1) : name;
}
function originOf(tables, request, fromTrusted) {
	const { origin, 'x-forwarded-proto': proto, 'x-forwarded-host': host } = request.headers;
	if (origin) return origin.toLowerCase();
	const fallback = tables.raw.originFallback === 'forwarded' && fromTrusted && proto && host;
	return fallback ? `${proto}://${host}`.toLowerCase() : null;
}
function splitTenant(tables, path) {
	if (tables.pathTenants.size === 0 || !path.startsWith('/t/')) return [null, path];
	const end = path.indexOf('/', 3);
	const tenant = path.slice(3, end === -1 ? undefined : end);
	return end !== -1 && tables.pathTenants.has(tenant) ? [tenant, path.slice(end)] : [null, path];
}

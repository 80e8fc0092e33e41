// mcpgen
import {forwardedHost, hostName} from './host.js';
import {KINDS} from './kinds.js';
import {splitTenant} from './path-tenant.js';
import {addressOf, portOf, schemeOf} from './way-in.js';
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
const NOT_LITERAL = /%|\/\/|\/\.{1,2}(?:\/|$)/;
export function readHead(tables, request, trusted) {
	const absolute = request.target.startsWith('/') ? null : ABSOLUTE.exec(request.target);
	const target = absolute ? (absolute[2] ?? '') : request.target;
	const query = target.indexOf('?');
	const rawPath = (query === -1 ? target : target.slice(0, query)) || '/';
	const fromTrusted = trusted(request.peer);
	const authority = absolute?.[1] ?? (fromTrusted ? forwardedHost(tables, request) : undefined) ?? request.headers['host'];
	const host = request.hosts === 0 ? null : hostName(authority);
	const scheme = schemeOf(tables, request, host, fromTrusted);
	const [pathTenant, path] = splitTenant(tables, rawPath);
	const served = tables.routes.get(path);
	const {resources} = tables;
	const wellKnown = (!served && resources?.documentAt(rawPath)) || null;
	const route = wellKnown ? resources?.documentRoute : served;
	return {
		request, fault: faultOf(request, rawPath, host), path, query: query === -1 ? '' : target.slice(query + 1), pathTenant,
		health: HEALTH.get(rawPath) ?? null, host: host ?? '', scheme,
		port: portOf(tables, request, {authority, host, scheme, fromTrusted}), origin: originOf(tables, request, fromTrusted),
		address: addressOf(tables, request, trusted), route, wellKnown, kind: KINDS[route?.kind ?? 'mcp'],
	};
}
function faultOf(request, path, host) {
	if (request.hosts > 1 || (request.authorizations ?? 1) > 1 || request.headers['origin']?.includes(',')) return 'repeated-header';
	if (host === null || !path.startsWith('/') || request.isOtherVersion) return 'malformed-request';
	if (request.headers['upgrade']?.toLowerCase().includes('websocket')) return 'upgrade-unsupported';
	if (request.headers['transfer-encoding'] !== undefined && request.headers['content-length'] !== undefined) return 'malformed-request';
	return NOT_LITERAL.test(path) ? 'path-not-literal' : null;
}
function originOf(tables, request, fromTrusted) {
	const {origin, 'x-forwarded-proto': proto, 'x-forwarded-host': host } = request.headers;
	if (origin) return origin.toLowerCase();
	const fallback = tables.raw.originFallback === 'forwarded' && fromTrusted && proto && host;
	return fallback ? `${proto}://${host}`.toLowerCase() : null;
}

// mcpgen: Which host a request names, whose word for it counts, and whether that host is served.
import {isLoopback, LOOPBACK} from './address.js';
const AUTHORITY = /^([a-z0-9\-._~!$&'()*+,;=%]+|\[[0-9a-f:.]+\])(?::[0-9]*)?$/;
export function hostName(authority) {
	const name = AUTHORITY.exec(authority?.toLowerCase() ?? '')?.[1];
	return name === undefined ? null : name.endsWith('.') ? name.slice(0, -1) : name;
}
export function isServed(tables, host, {peer}) {
	return tables.raw.anyHost || tables.hosts.has(host) || (LOOPBACK.has(host) && isLoopback(peer));
}
export function forwardedHost(tables, request) {
	const {host, 'x-forwarded-host': forwarded } = request.headers;
	if (!forwarded) return undefined;
	return !isServed(tables, 'localhost', request) || isServed(tables, hostName(host) ?? '', request) ? forwarded : undefined;
}

// mcpgen: How a request came in: from which address, by which scheme and to which port.
import {isIP} from 'node:net';
import {clientAddress} from './address.js';
export function addressOf({placement}, {peer, headers}, trusted) {
	const forwardedFor = headers['x-forwarded-for'];
	const client = headers['fly-client-ip'];
	if (placement !== 'fly' || client === undefined || isIP(client) === 0 || !trusted(peer)) return clientAddress(peer, forwardedFor, trusted);
	const hops = forwardedFor?.split(',').map((hop) => hop.trim()) ?? [];
	return clientAddress(client, hops.slice(0, Math.max(0, hops.lastIndexOf(client))).join(','), trusted);
}
export function schemeOf({publicUrl}, {headers}, host, fromTrusted) {
	const forwarded = fromTrusted ? headers['x-forwarded-proto']?.toLowerCase() : undefined;
	if (forwarded === 'http' || forwarded === 'https') return forwarded;
	return host === publicUrl.host ? publicUrl.scheme : 'http';
}
export function portOf({publicUrl}, {headers}, {authority, host, scheme, fromTrusted}) {
	const forwarded = fromTrusted ? headers['x-forwarded-port'] : undefined;
	if (forwarded !== undefined && /^[0-9]{1,5}$/.test(forwarded)) return forwarded;
	const written = /:([0-9]{1,5})$/.exec(authority ?? '')?.[1];
	if (written !== undefined) return written;
	return host === publicUrl.host && scheme === publicUrl.scheme ? publicUrl.port : scheme === 'https' ? '443' : '80';
}

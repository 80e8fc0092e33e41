// mcpgen
import {connectionNames, HOP_BY_HOP} from '../wire/hop-by-hop.js';
const NOT_RETURNED = new Set([
	...HOP_BY_HOP, 'mcp-session-id', 'vary', 'date', 'set-cookie', 'x-accel-buffering', 'x-request-id', 'x-correlation-id',
	'alt-svc', 'clear-site-data', 'strict-transport-security', 'nel', 'report-to', 'reporting-endpoints', 'location', 'refresh',
	'www-authenticate', 'authentication-info', 'proxy-authentication-info',
]);
const NOT_RETURNED_EITHER = /^(?:access-control-|x-accel-|x-sendfile)/;
export function returnedHeaders({status, headers, body}, isStream, own, owned) {
	const out = [];
	const named = connectionNames(headers['connection']?.toString());
	const isCounted = Buffer.isBuffer(body) || status === 204;
	for (const name in headers) {
		if (NOT_RETURNED.has(name) || owned.has(name) || named.has(name) || (isCounted && name === 'content-length')) continue;
		const first = name.charCodeAt(0);
		if ((first === 0x61 || first === 0x78) && NOT_RETURNED_EITHER.test(name)) continue;
		const value = headers[name];
		if (typeof value === 'string') out.push(name, value);
		else
			for (const one of value ?? []) out.push(name, one);
	}
	if (isStream) out.push('x-accel-buffering', 'no');
	const {vary} = headers;
	for (let i = 0; i < own.length; i += 2) {
		const [name, value] = [own[i], own[i + 1]];
		out.push(name, name === 'vary' && vary !== undefined ? [value, vary].flat().filter(Boolean).join(', ') : value);
	}
	return out;
}

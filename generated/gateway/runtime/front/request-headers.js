// mcpgen: Headers on their way to a server: what belongs to one hop stays there, and what only the gateway may say is said by it alone.
import {isClaim} from '../decision/claims.js';
import {linesOf} from '../wire/header-list.js';
import {CALLER} from '../wire/caller.js';
import {CONNECTION_OF_CLIENT, connectionNames, HOP_BY_HOP} from '../wire/hop-by-hop.js';
const NOT_FORWARDED = new Set([
	...HOP_BY_HOP, 'authorization', 'x-api-key', 'cookie', 'host', 'content-length', 'expect', 'origin', 'mcp-session-id', 'x-request-id', 'x-correlation-id',
	'http2-settings', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', CONNECTION_OF_CLIENT, CALLER,
]);
const MOST = 1000;
const ways = new Map();
function wayOf(name) {
	const known = ways.get(name);
	if (known !== undefined) return known;
	const read = name.replaceAll('_', '-');
	const way = NOT_FORWARDED.has(read) ? 'stays' : isClaim(read) ? 'claims' : 'goes';
	if (ways.size >= MOST) ways.clear();
	ways.set(name, way);
	return way;
}
function eachForwarded(head, pass, isKept, add) {
	const {headers} = head.request;
	const named = connectionNames(headers['connection'], headers[CONNECTION_OF_CLIENT]);
	for (const name in headers) {
		const value = headers[name];
		if (value === undefined || named.has(name) || isKept?.(name.replaceAll('_', '-'))) continue;
		const way = wayOf(name);
		if (way === 'goes' || (way === 'claims' && pass.includes(name))) add(name, value);
	}
	add('x-forwarded-for', head.address);
	add('x-forwarded-host', head.host);
	add('x-forwarded-port', head.port);
	add('x-forwarded-proto', head.scheme);
}
export function forwardedLines(head, pass, isKept) {
	const list = [];
	eachForwarded(head, pass, isKept, (name, value) => void list.push(name, value));
	return linesOf(list);
}
export function forwardedHeaders({head, id, correlationId, span, state}, pass, server) {
	const out = {};
	eachForwarded(head, pass, state.keptBack.get(server), (name, value) => (out[name] = value));
	out['x-request-id'] = id;
	out['x-correlation-id'] = correlationId;
	if (span) {
		out['traceparent'] = span.traceparent;
		if (!span.keepsState) delete out['tracestate'];
	}
	return out;
}

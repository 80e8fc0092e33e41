// mcpgen
import {linesOf} from '../wire/header-list.js';
import {connectionNames, HOP_BY_HOP} from '../wire/hop-by-hop.js';
const OURS = [
	'authorization', 'x-api-key', 'cookie', 'host', 'content-length', 'expect', 'origin', 'mcp-session-id', 'forwarded', 'x-real-ip', 'x-original-host',
	'x-original-url', 'x-rewrite-url', 'x-request-id', 'x-correlation-id', 'http2-settings',
];
const NOT_FORWARDED = new Set([...HOP_BY_HOP, ...OURS]);
const CLAIMED = /^x[-_](?:forwarded|api[-_]key|user|tenant|remote[-_]user|client[-_](?:id|ip)|authenticated)/;
function eachForwarded({ request: { headers }, address, host }, add) {
	const named = connectionNames(headers['connection']);
	for (const name in headers) {
		const value = headers[name];
		const read = name.includes('_') ? name.replaceAll('_', '-') : name;
		if (value === undefined || NOT_FORWARDED.has(read) || named.has(name)) continue;
		if (name.charCodeAt(0) !== LETTER_X || !CLAIMED.test(name)) add(name, value);
	}
	add('x-forwarded-for', address);
	add('x-forwarded-host', host);
}
const LETTER_X = 0x78;
export function forwardedLines(head) {
	const list = [];
	eachForwarded(head, (name, value) => void list.push(name, value));
	return linesOf(list);
}
export function forwardedHeaders({ head, id, correlationId, span }) {
	const out = {};
	eachForwarded(head, (name, value) => (out[name] = value));
	out['x-request-id'] = id;
	out['x-correlation-id'] = correlationId;
	if (span) {
		out['traceparent'] = span.traceparent;
		if (!span.keepsState) delete out['tracestate'];
	}
	return out;
}

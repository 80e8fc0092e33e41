// mcpgen: do not edit.
/** RFC 9110 §7.6.1. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];
const OURS = [
	'authorization', 'x-api-key', 'cookie', 'host', 'content-length', 'expect', 'origin', 'mcp-session-id', 'forwarded', 'x-real-ip', 'x-original-host',
	'x-original-url', 'x-rewrite-url', 'x-request-id', 'x-correlation-id', 'http2-settings',
];
const NOT_FORWARDED = new Set([...HOP_BY_HOP, ...OURS]);
const NOT_RETURNED = new Set([
	...HOP_BY_HOP, 'mcp-session-id', 'vary', 'date', 'set-cookie', 'x-accel-buffering', 'x-request-id', 'x-correlation-id',
	'alt-svc', 'clear-site-data', 'strict-transport-security', 'nel', 'report-to', 'reporting-endpoints', 'location', 'refresh',
]);
const NOT_RETURNED_EITHER = /^(?:access-control-|x-accel-|x-sendfile)/;
const CLAIMED = /^x[-_](?:forwarded|api[-_]key|user|tenant|remote[-_]user|client[-_](?:id|ip)|authenticated)/;
export function forwardedHeaders(head, { id, correlationId, span }) {
	const { headers } = head.request;
	const named = connectionNames(headers['connection']);
	const out = {};
	for (const name in headers) {
		const value = headers[name];
		const read = name.includes('_') ? name.replaceAll('_', '-') : name;
		if (value !== undefined && !NOT_FORWARDED.has(read) && !(name.startsWith('x') && CLAIMED.test(name)) && !named.has(name)) out[name] = value;
	}
	out['x-request-id'] = id;
	out['x-correlation-id'] = correlationId;
	if (span) {
		out['traceparent'] = span.traceparent;
		if (!span.keepsState) delete out['tracestate'];
	}
	out['x-forwarded-for'] = head.address;
	out['x-forwarded-host'] = head.host;
	return out;
}
/** `extra` wins. A stream must reach the client as it comes, so a buffering hop in front is told (nginx: X-Accel-Buffering). */
export function returnedHeaders(response, isStream, extra) {
	const out = {};
	const named = connectionNames(String(response.headers['connection'] ?? ''));
	for (const name in response.headers) {
		if (!NOT_RETURNED.has(name) && !named.has(name) && !NOT_RETURNED_EITHER.test(name)) out[name] = response.headers[name];
	}
	if (isStream) out['x-accel-buffering'] = 'no';
	if (response.status === 204) delete out['content-length'];
	const vary = response.headers['vary'];
	return Object.assign(out, extra, vary === undefined ? {} : { vary: [extra['vary'], vary].flat().filter(Boolean).join(', ') });
}
const NOTHING = new Set();
function connectionNames(header) {
	if (!header || header === 'keep-alive') return NOTHING;
	return new Set((header ?? '').toLowerCase().split(',').map((name) => name.trim()));
}
export function isEventStream(response) {
	return /^text\/event-stream\b/i.test(String(response.headers['content-type'] ?? ''));
}

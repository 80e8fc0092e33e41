// A module of mcpgen's gateway. Do not edit.
/** RFC 9110 §7.6.1. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];
/**
 * Not passed on: the caller's credentials (a token is for its audience alone), what names the caller's host and hops (set anew), the origin (judged
 * here; a server behind would judge it by another list), and the session id (ours is not theirs).
 */
const OURS = [
	'authorization', 'x-api-key', 'cookie', 'host', 'content-length', 'expect', 'origin', 'mcp-session-id', 'forwarded', 'x-forwarded-for',
	'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-real-ip', 'x-original-host', 'x-request-id',
];
const NOT_FORWARDED = new Set([...HOP_BY_HOP, ...OURS]);
/** CORS is answered here; the session id is sealed; framing is the connection's own. */
const NOT_RETURNED = new Set([...HOP_BY_HOP, 'mcp-session-id', 'vary', 'date', 'x-accel-buffering', 'x-request-id']);
export function forwardedHeaders(asked, requestId, upstreamSession) {
	const { headers } = asked.request;
	const named = new Set(headers['connection']?.toLowerCase().split(/\s*,\s*/) ?? []);
	const out = {};
	for (const name in headers) {
		const value = headers[name];
		if (value !== undefined && !NOT_FORWARDED.has(name) && !named.has(name)) out[name] = value;
	}
	out['x-request-id'] = requestId;
	out['x-forwarded-for'] = asked.address;
	out['x-forwarded-host'] = asked.host;
	if (upstreamSession !== null) out['mcp-session-id'] = upstreamSession;
	return out;
}
/** `extra` wins. A stream must reach the client as it comes, so a buffering hop in front is told (nginx: X-Accel-Buffering). */
export function returnedHeaders(response, isStream, extra) {
	const out = {};
	for (const name in response.headers) {
		if (!NOT_RETURNED.has(name) && !name.startsWith('access-control-')) out[name] = response.headers[name];
	}
	if (isStream) out['x-accel-buffering'] = 'no';
	return Object.assign(out, extra);
}
export function isEventStream(response) {
	return String(response.headers['content-type'] ?? '').startsWith('text/event-stream');
}

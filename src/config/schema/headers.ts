/** Names and values of header fields that a config may set, change or pass on. */
import { headerName, text } from './scalars.js';
import { variableIn } from './spelling.js';

/**
 * Headers that no config may change, because MCP, HTTP itself or a decision of the gateway rests on them. A word that ends in a dash stands for every
 * header that begins with it.
 */
const FIXED_NAMES = [
  ...['mcp-', 'last-event-id', 'host', 'origin', 'content-', 'accept', 'accept-', 'transfer-encoding', 'connection', 'keep-alive', 'te', 'trailer'],
  ...['upgrade', 'expect', 'http2-settings', 'proxy-', 'authorization', 'www-authenticate', 'cookie', 'set-cookie', 'forwarded', 'x-forwarded-'],
  ...['x-real-ip', 'x-original-', 'x-rewrite-url', 'x-request-id', 'x-correlation-id', 'traceparent', 'tracestate', 'access-control-', 'vary', 'date'],
  ...['x-accel-', 'x-sendfile', 'alt-svc', 'clear-site-data', 'strict-transport-security', 'nel', 'report-to', 'reporting-endpoints', 'location'],
  ...['refresh', 'x-mcpgen-', 'mcpgen-'],
];
const isAmong = (names: readonly string[], name: string): boolean => {
  const lower = name.toLowerCase();
  return names.some((one) => (one.endsWith('-') ? lower.startsWith(one) : lower === one));
};
export const changedHeader = headerName.refine((name) => !isAmong(FIXED_NAMES, name), {
  error: ({ input }) => `${JSON.stringify(input)} belongs to MCP, to HTTP or to the gateway itself, and cannot be changed`,
});
/**
 * Headers that no config can let through: those of one hop, credentials, and those that MCP, HTTP or the gateway itself sets. Every other header that is not
 * passed on claims who somebody is, and may be passed.
 */
const NEVER_PASSED = [
  ...['mcp-', 'host', 'origin', 'content-', 'transfer-encoding', 'connection', 'keep-alive', 'te', 'trailer', 'upgrade', 'expect', 'http2-settings'],
  ...['proxy-', 'authorization', 'x-api-key', 'cookie', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'],
  ...['x-forwarded-connection', 'x-request-id', 'x-correlation-id', 'x-mcpgen-', 'mcpgen-'],
];
export const passedHeader = headerName.refine((name) => !isAmong(NEVER_PASSED, name), {
  error: ({ input }) => `${JSON.stringify(input)} belongs to one hop, to MCP or to the gateway, or is a credential, and cannot be passed on`,
});
/** A field value as Node sends it, and the one encoding that everybody reads (RFC 9110 §5.5). */
export const headerValue = text(/^[\t\x20-\x7e]*$/, 'a header value: visible ASCII on one line').refine((value) => variableIn(value) === null, {
  error: ({ input }) => `nothing fills in the variable ${variableIn(String(input)) ?? ''} here: a header's value is written out`,
});

/** Whether MCP, HTTP or a decision rests on a header of this name. */
export const isFixed = (name: string): boolean => isAmong(FIXED_NAMES, name);
/** A header that carries the gateway's own credential: `Authorization`, which nobody else's goes in, or one that is nobody's. */
export const credentialHeader = headerName.refine((name) => name.toLowerCase() === 'authorization' || !isFixed(name), {
  error: ({ input }) => `${JSON.stringify(input)} belongs to MCP, to HTTP or to the gateway itself, and cannot carry a credential`,
});

/** Headers across the gateway: what belongs to one hop stays there, and what only the gateway may say is said by it alone. */
import type { OutgoingHttpHeaders } from 'node:http';
import type { RequestHead } from '../decision/head.js';
import type { Exchange } from './exchange.js';
import type { UpstreamResponse } from '../upstream/upstream.js';

/** RFC 9110 §7.6.1. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/**
 * Not passed on: the caller's credentials (a token is for its audience alone), what names the caller's host and hops (set anew), the origin (judged
 * here; a server behind would judge it by another list), and the session id (ours is not theirs).
 */
const OURS = [
  'authorization', 'x-api-key', 'cookie', 'host', 'content-length', 'expect', 'origin', 'mcp-session-id', 'forwarded', 'x-real-ip', 'x-original-host',
  'x-original-url', 'x-rewrite-url', 'x-request-id', 'x-correlation-id', 'http2-settings',
];
const NOT_FORWARDED = new Set([...HOP_BY_HOP, ...OURS]);
/**
 * CORS is answered here; the session id is sealed; framing is the connection's own; a cookie would be the gateway's for every server and tenant behind it, and so
 * would be what holds for a whole origin. A client that followed a redirection would take its key along, to wherever the server likes.
 */
const NOT_RETURNED = new Set([
  ...HOP_BY_HOP, 'mcp-session-id', 'vary', 'date', 'set-cookie', 'x-accel-buffering', 'x-request-id', 'x-correlation-id',
  'alt-svc', 'clear-site-data', 'strict-transport-security', 'nel', 'report-to', 'reporting-endpoints', 'location', 'refresh',
]);

/** CORS, and what would steer an nginx in front. */
const NOT_RETURNED_EITHER = /^(?:access-control-|x-accel-|x-sendfile)/;

/** What names the caller, its tenant or its way here, in any spelling: some servers read an underscore as a dash. Only hops that are trusted may say it. */
const CLAIMED = /^x[-_](?:forwarded|api[-_]key|user|tenant|remote[-_]user|client[-_](?:id|ip)|authenticated)/;

export function forwardedHeaders(head: RequestHead, { id, correlationId, span }: Pick<Exchange, 'id' | 'correlationId' | 'span'>): Record<string, string> {
  const { headers } = head.request;
  const named = connectionNames(headers['connection']);
  const out: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    // Some servers read an underscore as a dash.
    const read = name.includes('_') ? name.replaceAll('_', '-') : name;
    if (value !== undefined && !NOT_FORWARDED.has(read) && !(name.startsWith('x') && CLAIMED.test(name)) && !named.has(name)) out[name] = value;
  }
  out['x-request-id'] = id;
  out['x-correlation-id'] = correlationId;
  if (span) {
    out['traceparent'] = span.traceparent;
    // Trace Context §3.3: it says nothing beside another trace than its own.
    if (!span.keepsState) delete out['tracestate'];
  }
  out['x-forwarded-for'] = head.address;
  out['x-forwarded-host'] = head.host;
  return out;
}

/** `extra` wins. A stream must reach the client as it comes, so a buffering hop in front is told (nginx: X-Accel-Buffering). */
export function returnedHeaders(response: UpstreamResponse, isStream: boolean, extra: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const out: OutgoingHttpHeaders = {};
  const named = connectionNames(String(response.headers['connection'] ?? ''));
  for (const name in response.headers) {
    if (!NOT_RETURNED.has(name) && !named.has(name) && !NOT_RETURNED_EITHER.test(name)) out[name] = response.headers[name];
  }
  if (isStream) out['x-accel-buffering'] = 'no';
  // RFC 9110 §8.6: whoever reads it as announced would take the next answer for the body of this one.
  if (response.status === 204) delete out['content-length'];
  const vary = response.headers['vary'];
  return Object.assign(out, extra, vary === undefined ? {} : { vary: [extra['vary'], vary].flat().filter(Boolean).join(', ') });
}

const NOTHING: ReadonlySet<string> = new Set();

/** RFC 9110 §7.6.1: headers that `Connection` names are for this hop alone. Split without a pattern that could be made to take long. */
function connectionNames(header: string | undefined): ReadonlySet<string> {
  if (!header || header === 'keep-alive') return NOTHING;
  return new Set((header ?? '').toLowerCase().split(',').map((name) => name.trim()));
}

/** Headers on their way to a server: what belongs to one hop stays there, and what only the gateway may say is said by it alone. */
import type { RequestHead } from '../decision/head.js';
import { connectionNames, HOP_BY_HOP } from '../wire/hop-by-hop.js';
import type { Exchange } from './exchange.js';

/**
 * Not passed on: the caller's credentials (a token is for its audience alone), what names the caller's host and hops (set anew), the origin (judged
 * here; a server behind would judge it by another list), and the session id (ours is not theirs).
 */
const OURS = [
  'authorization', 'x-api-key', 'cookie', 'host', 'content-length', 'expect', 'origin', 'mcp-session-id', 'forwarded', 'x-real-ip', 'x-original-host',
  'x-original-url', 'x-rewrite-url', 'x-request-id', 'x-correlation-id', 'http2-settings',
];
const NOT_FORWARDED = new Set([...HOP_BY_HOP, ...OURS]);
/** What names the caller, its tenant or its way here, in any spelling: some servers read an underscore as a dash. Only hops that are trusted may say it. */
const CLAIMED = /^x[-_](?:forwarded|api[-_]key|user|tenant|remote[-_]user|client[-_](?:id|ip)|authenticated)/;

/** The caller's headers that go on with each of its requests, and where it is. */
export function callerHeaders(head: RequestHead): Record<string, string> {
  const { headers } = head.request;
  const named = connectionNames(headers['connection']);
  const out: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    // Some servers read an underscore as a dash.
    const read = name.includes('_') ? name.replaceAll('_', '-') : name;
    if (value !== undefined && !NOT_FORWARDED.has(read) && !(name.startsWith('x') && CLAIMED.test(name)) && !named.has(name)) out[name] = value;
  }
  out['x-forwarded-for'] = head.address;
  out['x-forwarded-host'] = head.host;
  return out;
}

/** The same with the names of this one request. */
export function forwardedHeaders({ head, id, correlationId, span, kept }: Exchange): Record<string, string> {
  const out = kept ? { ...kept.forwarded } : callerHeaders(head);
  out['x-request-id'] = id;
  out['x-correlation-id'] = correlationId;
  if (span) {
    out['traceparent'] = span.traceparent;
    // Trace Context §3.3: it says nothing beside another trace than its own.
    if (!span.keepsState) delete out['tracestate'];
  }
  return out;
}

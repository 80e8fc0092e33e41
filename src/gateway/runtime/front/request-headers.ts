/** Headers on their way to a server: what belongs to one hop stays there, and what only the gateway may say is said by it alone. */
import type { RequestHead } from '../decision/head.js';
import { linesOf } from '../wire/header-list.js';
import { CALLER } from '../wire/caller.js';
import { connectionNames, HOP_BY_HOP } from '../wire/hop-by-hop.js';
import type { Exchange } from './exchange.js';

/**
 * Headers that no server gets: the caller's credentials (a token is for its audience alone), the names of the caller's host and hops (they are set anew), the
 * origin (it is judged here; a server would judge it by another list), and the session id (the gateway's id is not the server's).
 */
const OURS = [
  'authorization', 'x-api-key', 'cookie', 'host', 'content-length', 'expect', 'origin', 'mcp-session-id', 'forwarded', 'x-real-ip', 'x-original-host',
  'x-original-url', 'x-rewrite-url', 'x-request-id', 'x-correlation-id', 'http2-settings', CALLER,
];
const NOT_FORWARDED = new Set([...HOP_BY_HOP, ...OURS]);
/** Headers that claim a caller, a tenant or a hop, in any spelling: some servers read an underscore as a dash. Only trusted hops may send them. */
const CLAIMED = /^x[-_](?:forwarded|api[-_]key|user|tenant|remote[-_]user|client[-_](?:id|ip)|authenticated)/;

/** Calls `add` with each header that goes on to a server, except for those that name the one request. */
function eachForwarded({ request: { headers }, address, host }: RequestHead, add: (name: string, value: string) => void): void {
  const named = connectionNames(headers['connection']);
  for (const name in headers) {
    const value = headers[name];
    // Some servers read an underscore as a dash.
    const read = name.includes('_') ? name.replaceAll('_', '-') : name;
    if (value === undefined || NOT_FORWARDED.has(read) || named.has(name)) continue;
    // Only one letter can begin what the pattern looks for.
    if (name.charCodeAt(0) !== LETTER_X || !CLAIMED.test(name)) add(name, value);
  }
  add('x-forwarded-for', address);
  add('x-forwarded-host', host);
}

const LETTER_X = 0x78;

/** The headers that go on with every request that has this head, as text; null where one of them cannot be sent. */
export function forwardedLines(head: RequestHead): string | null {
  const list: string[] = [];
  eachForwarded(head, (name, value) => void list.push(name, value));
  return linesOf(list);
}

/** The headers that go on for one exchange, with the names of its request and trace. */
export function forwardedHeaders({ head, id, correlationId, span }: Exchange): Record<string, string> {
  const out: Record<string, string> = {};
  eachForwarded(head, (name, value) => (out[name] = value));
  out['x-request-id'] = id;
  out['x-correlation-id'] = correlationId;
  if (span) {
    out['traceparent'] = span.traceparent;
    // Trace Context §3.3: it says nothing beside another trace than its own.
    if (!span.keepsState) delete out['tracestate'];
  }
  return out;
}

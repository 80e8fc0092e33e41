/** Headers on their way to a server: what belongs to one hop stays there, and what only the gateway may say is said by it alone. */
import type { RequestHead } from '../decision/head.js';
import { linesOf } from '../wire/header-list.js';
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

/** The names and values that go on to a server, whatever its request is called; `add` is told each of them. */
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

/** What goes on with each request that has this head, as text; null where it cannot be sent. */
export function forwardedLines(head: RequestHead): string | null {
  const list: string[] = [];
  eachForwarded(head, (name, value) => void list.push(name, value));
  return linesOf(list);
}

/** The same for one exchange, with what names its request. */
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

/** Headers on their way to a server: what belongs to one hop stays there, and what only the gateway may say is said by it alone. */
import { isClaim } from '../decision/claims.js';
import type { RequestHead } from '../decision/head.js';
import { linesOf } from '../wire/header-list.js';
import { CALLER } from '../wire/caller.js';
import { CONNECTION_OF_CLIENT, connectionNames, HOP_BY_HOP } from '../wire/hop-by-hop.js';
import type { Exchange } from './exchange.js';

/**
 * Headers that no server gets, and that no config lets through: the caller's credentials (a token is for its audience alone), the names of the caller's host
 * and hops (they are set anew), the origin (it is judged here; a server would by another list), and the session id (the gateway's is not the server's).
 */
const NOT_FORWARDED = new Set([
  ...HOP_BY_HOP, 'authorization', 'x-api-key', 'cookie', 'host', 'content-length', 'expect', 'origin', 'mcp-session-id', 'x-request-id', 'x-correlation-id',
  'http2-settings', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', CONNECTION_OF_CLIENT, CALLER,
]);

/** Asked with names in lower case and with dashes. */
type IsKept = (name: string) => boolean;

type Way = 'goes' | 'claims' | 'stays';

/** Names whose way is remembered: callers send the same few, and may invent others. */
const MOST = 1000;
const ways = new Map<string, Way>();

function wayOf(name: string): Way {
  const known = ways.get(name);
  if (known !== undefined) return known;
  // Some servers read an underscore as a dash.
  const read = name.replaceAll('_', '-');
  const way = NOT_FORWARDED.has(read) ? 'stays' : isClaim(read) ? 'claims' : 'goes';
  if (ways.size >= MOST) ways.clear();
  ways.set(name, way);
  return way;
}

/**
 * Calls `add` with each header that goes on to a server, except for those that name the one request.
 * @param pass claims that this server is told of @param isKept whether only the gateway says a header there; absent where it says none
 */
function eachForwarded(head: RequestHead, pass: readonly string[], isKept: IsKept | undefined, add: (name: string, value: string) => void): void {
  const { headers } = head.request;
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

/** The headers that go on with every request that has this head, as text; null where one of them cannot be sent. */
export function forwardedLines(head: RequestHead, pass: readonly string[], isKept: IsKept | undefined): string | null {
  const list: string[] = [];
  eachForwarded(head, pass, isKept, (name, value) => void list.push(name, value));
  return linesOf(list);
}

/** The headers that go on for one exchange, with the names of its request and trace. */
export function forwardedHeaders({ head, id, correlationId, span, state }: Exchange, pass: readonly string[], server: string): Record<string, string> {
  const out: Record<string, string> = {};
  eachForwarded(head, pass, state.keptBack.get(server), (name, value) => (out[name] = value));
  out['x-request-id'] = id;
  out['x-correlation-id'] = correlationId;
  if (span) {
    out['traceparent'] = span.traceparent;
    // Trace Context §3.3: it says nothing beside another trace than its own.
    if (!span.keepsState) delete out['tracestate'];
  }
  return out;
}

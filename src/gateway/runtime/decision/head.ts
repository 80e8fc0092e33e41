import { forwardedHost, hostName } from './host.js';
import { KINDS, type Kind } from './kinds.js';
import type { Tables } from './lookups.js';
import { splitTenant } from './path-tenant.js';
import { addressOf, portOf, schemeOf } from './way-in.js';
import type { WellKnown } from './well-known.js';
import type { Reason } from './reasons.js';
import type { RouteTable } from '../tables/route.js';

/** A request as every enforcement point sees it: its head, and the socket it came through. One type serves runtime, `explain` and policy tests. */
export interface GatewayRequest {
  readonly method: string;
  /** As on the request line: origin form, or absolute form. */
  readonly target: string;
  /** Lower-case names; values of a repeated header joined with a comma. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** How many Host headers arrived. */
  readonly hosts: number;
  /** How many different `Authorization` headers arrived, where there are several; `headers` has the first. */
  readonly authorizations?: number;
  /** It speaks another version than HTTP/1.0 or 1.1, or names none (RFC 9112 §2.3). */
  readonly isOtherVersion?: boolean;
  /** Address at the other end of the socket. */
  readonly peer: string;
}

export type HealthProbe = 'health' | 'live' | 'ready';

/** What the head of a request says, worked out once: its normal form, and the lookups that the rows share. */
export interface RequestHead {
  readonly request: GatewayRequest;
  readonly fault: Reason | null;
  /** The raw path, without `/t/<tenant>`. */
  readonly path: string;
  /** What follows the question mark; empty where there is none. */
  readonly query: string;
  readonly pathTenant: string | null;
  readonly health: HealthProbe | null;
  /** Lower case, without port and trailing dot. */
  readonly host: string;
  /** By what the client came, as far as a trusted hop, the request or the config says so: `http` or `https`. */
  readonly scheme: string;
  readonly port: string;
  /** Lower case; null when absent. */
  readonly origin: string | null;
  readonly address: string;
  readonly route: RouteTable | undefined;
  /** The document for OAuth clients that the path names; null for all other paths. */
  readonly wellKnown: WellKnown | null;
  /** The kind of the route. Where no route has the path, it is that of Streamable HTTP, by whose rows such a request is refused. */
  readonly kind: Kind;
}

/** The id of the session that a legacy request names. */
export function sessionIdOf(head: RequestHead): string | undefined {
  switch (head.kind.session.carrier) {
    case 'header':
      return head.request.headers['mcp-session-id'];
    case 'query':
      return /(?:^|&)sessionId=([^&]*)/.exec(head.query)?.[1];
    case 'none':
      return undefined;
  }
}

const HEALTH: ReadonlyMap<string, HealthProbe> = new Map([
  ['/health', 'health'],
  ['/health/live', 'live'],
  ['/health/ready', 'ready'],
]);
const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/i;
/** A path that some hop would rewrite before matching it. Only the literal spelling is a route, so that no hop can disagree about it. */
const NOT_LITERAL = /%|\/\/|\/\.{1,2}(?:\/|$)/;

export function readHead(tables: Tables, request: GatewayRequest, trusted: (address: string) => boolean): RequestHead {
  const absolute = request.target.startsWith('/') ? null : ABSOLUTE.exec(request.target);
  const target = absolute ? (absolute[2] ?? '') : request.target;
  const query = target.indexOf('?');
  const rawPath = (query === -1 ? target : target.slice(0, query)) || '/';
  const fromTrusted = trusted(request.peer);
  const authority = absolute?.[1] ?? (fromTrusted ? forwardedHost(tables, request) : undefined) ?? request.headers['host'];
  // A missing Host is missing also where the target names one (RFC 9112 §3.2).
  const host = request.hosts === 0 ? null : hostName(authority);
  const scheme = schemeOf(tables, request, host, fromTrusted);
  const [pathTenant, path] = splitTenant(tables, rawPath);
  const served = tables.routes.get(path);
  const { resources } = tables;
  const wellKnown = (!served && resources?.documentAt(rawPath)) || null;
  const route = wellKnown ? resources?.documentRoute : served;
  return {
    request,
    fault: faultOf(request, rawPath, host),
    path,
    query: query === -1 ? '' : target.slice(query + 1),
    pathTenant,
    health: HEALTH.get(rawPath) ?? null,
    host: host ?? '',
    scheme,
    port: portOf(tables, request, { authority, host, scheme, fromTrusted }),
    origin: originOf(tables, request, fromTrusted),
    address: addressOf(tables, request, trusted),
    route,
    wellKnown,
    kind: KINDS[route?.kind ?? 'mcp'],
  };
}

function faultOf(request: GatewayRequest, path: string, host: string | null): Reason | null {
  if (request.hosts > 1 || (request.authorizations ?? 1) > 1 || request.headers['origin']?.includes(',')) return 'repeated-header';
  if (host === null || !path.startsWith('/') || request.isOtherVersion) return 'malformed-request';
  // Other offers, such as h2c, may be passed over (RFC 9110 §7.8); a WebSocket that is passed over waits for ever.
  if (request.headers['upgrade']?.toLowerCase().includes('websocket')) return 'upgrade-unsupported';
  if (request.headers['transfer-encoding'] !== undefined && request.headers['content-length'] !== undefined) return 'malformed-request';
  return NOT_LITERAL.test(path) ? 'path-not-literal' : null;
}

function originOf(tables: Tables, request: GatewayRequest, fromTrusted: boolean): string | null {
  const { origin, 'x-forwarded-proto': proto, 'x-forwarded-host': host } = request.headers;
  if (origin) return origin.toLowerCase();
  const fallback = tables.raw.originFallback === 'forwarded' && fromTrusted && proto && host;
  return fallback ? `${proto}://${host}`.toLowerCase() : null;
}

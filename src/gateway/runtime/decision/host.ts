/** Which host a request names, whose word for it counts, and whether that host is served. */
import { isLoopback, LOOPBACK } from './address.js';
import type { Tables } from './lookups.js';

/** What of a request says where it comes from and whom it asks: its headers in lower case, and the address at the other end of the socket. */
export interface Sent {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly peer: string;
}

/** RFC 3986 §3.2.2: a reg-name or an IP literal, then an optional port. */
const AUTHORITY = /^([a-z0-9\-._~!$&'()*+,;=%]+|\[[0-9a-f:.]+\])(?::[0-9]*)?$/;

/** The host name of an authority, because port, case and a trailing dot do not tell hosts apart. Null for what is no authority. */
export function hostName(authority: string | undefined): string | null {
  const name = AUTHORITY.exec(authority?.toLowerCase() ?? '')?.[1];
  return name === undefined ? null : name.endsWith('.') ? name.slice(0, -1) : name;
}

/** For row `host`. The loopback interface's names are accepted when the peer itself is on it. */
export function isServed(tables: Tables, host: string, { peer }: Sent): boolean {
  return tables.raw.anyHost || tables.hosts.has(host) || (LOOPBACK.has(host) && isLoopback(peer));
}

/**
 * `X-Forwarded-Host` of a trusted hop. A peer that is served loopback names may be a browser: a page whose name points here (DNS rebinding) chooses every
 * header of its requests but Host, and Host is that name. There the other header counts only beside a Host that is served, as that is which the nginx of this
 * machine sends. The sockets of the two look alike: both come from a port of chance.
 */
export function forwardedHost(tables: Tables, request: Sent): string | undefined {
  const { host, 'x-forwarded-host': forwarded } = request.headers;
  if (!forwarded) return undefined;
  return !isServed(tables, 'localhost', request) || isServed(tables, hostName(host) ?? '', request) ? forwarded : undefined;
}

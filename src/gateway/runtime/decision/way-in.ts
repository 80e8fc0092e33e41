/** How a request came in: from which address, by which scheme and to which port. */
import { isIP } from 'node:net';
import { clientAddress } from './address.js';
import type { Sent } from './host.js';
import type { Tables } from './lookups.js';

/**
 * Fly names the client in a header of its own, and the last address of its `X-Forwarded-For` is the app's (Fly, Request headers). What stands there to the left
 * of the client is others' word, which counts where the client is a trusted hop itself.
 */
export function addressOf({ placement }: Tables, { peer, headers }: Sent, trusted: (address: string) => boolean): string {
  const forwardedFor = headers['x-forwarded-for'];
  const client = headers['fly-client-ip'];
  if (placement !== 'fly' || client === undefined || isIP(client) === 0 || !trusted(peer)) return clientAddress(peer, forwardedFor, trusted);
  const hops = forwardedFor?.split(',').map((hop) => hop.trim()) ?? [];
  return clientAddress(client, hops.slice(0, Math.max(0, hops.lastIndexOf(client))).join(','), trusted);
}

/** A trusted hop knows how it was asked. Of other requests the config says by which scheme the public name is reached: TLS ends before the gateway. */
export function schemeOf({ publicUrl }: Tables, { headers }: Sent, host: string | null, fromTrusted: boolean): string {
  const forwarded = fromTrusted ? headers['x-forwarded-proto']?.toLowerCase() : undefined;
  if (forwarded === 'http' || forwarded === 'https') return forwarded;
  return host === publicUrl.host ? publicUrl.scheme : 'http';
}

interface Asked {
  /** As the request names it. */
  readonly authority: string | undefined;
  readonly host: string | null;
  readonly scheme: string;
  readonly fromTrusted: boolean;
}

export function portOf({ publicUrl }: Tables, { headers }: Sent, { authority, host, scheme, fromTrusted }: Asked): string {
  const forwarded = fromTrusted ? headers['x-forwarded-port'] : undefined;
  if (forwarded !== undefined && /^[0-9]{1,5}$/.test(forwarded)) return forwarded;
  const written = /:([0-9]{1,5})$/.exec(authority ?? '')?.[1];
  if (written !== undefined) return written;
  return host === publicUrl.host && scheme === publicUrl.scheme ? publicUrl.port : scheme === 'https' ? '443' : '80';
}

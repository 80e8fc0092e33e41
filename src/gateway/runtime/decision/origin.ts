import { LOOPBACK } from './address.js';
import type { OriginSetTable } from '../tables/route.js';

/** An origin set that is ready for lookups. Exact origins, which are nearly all in practice, cost one lookup. */
export interface OriginMatcher {
  readonly exact: ReadonlySet<string>;
  readonly table: OriginSetTable;
}

export function originMatcher(table: OriginSetTable): OriginMatcher {
  return { exact: new Set(table.exact), table };
}

/** Scheme, host, and port with its colon (or empty). Labels are written as DNS and punycode write them. */
const PARTS = /^(https?):\/\/([a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])((?::[1-9][0-9]{0,4})?)$/;

/** Whether `origin`, in lower case, is in the set. */
export function originAllowed(matcher: OriginMatcher, origin: string): boolean {
  if (matcher.exact.has(origin)) return true;
  const { subdomains, loopback, anyHttps, tunnels } = matcher.table;
  if (subdomains.length + loopback.length + tunnels.length === 0 && !anyHttps) return false;
  const [, scheme, host, port] = PARTS.exec(origin) ?? [];
  if (scheme === undefined || host === undefined) return false;
  if (loopback.includes(scheme) && LOOPBACK.has(host)) return true;
  if (scheme === 'https' && (anyHttps || tunnels.some((suffix) => host.endsWith(suffix)))) return true;
  return subdomains.some((s) => s.scheme === scheme && s.port === port && oneLabelBefore(host, s.suffix));
}

function oneLabelBefore(host: string, suffix: string): boolean {
  return host.length > suffix.length && host.endsWith(suffix) && !host.slice(0, -suffix.length).includes('.');
}

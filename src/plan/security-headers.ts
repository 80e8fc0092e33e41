import type { Model } from '../config/model.js';
import type { GatewayTables } from '../gateway/runtime/tables/gateway.js';
import type { PublicUrl } from './traffic-types.js';

/**
 * Security headers of every answer, by name. A browser ignores Strict-Transport-Security over http, and must never hear of it where there is no https
 * (RFC 6797 §7.2).
 */
export function planSecurityHeaders(headers: Model['gateway']['headers'], { scheme }: PublicUrl): GatewayTables['headers'] {
  const { hsts = scheme === 'https' ? 'max-age=31536000' : false, csp, frame, referrer, permissions = false } = headers;
  const named: readonly (readonly [string, string | false])[] = [
    ['content-security-policy', csp],
    ['permissions-policy', permissions],
    ['referrer-policy', referrer],
    ['strict-transport-security', hsts],
    ['x-content-type-options', 'nosniff'],
    ['x-frame-options', frame],
  ];
  return named.flatMap(([name, value]) => (value === false ? [] : [[name, value] as const]));
}

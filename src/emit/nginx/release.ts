/** Changes between releases of nginx that our output depends on (PLATFORMS §1). */
import type { NginxPlan } from '../../plan/target-types.js';

export type Release = NginxPlan['release'];

const CHANGES = {
  /** `$http_…` holds all values of a repeated request header. In older releases it holds the first value alone. */
  'joins-repeated-headers': [1, 23, 0],
  /** `http2 on;` is a directive. In older releases `http2` is a parameter of `listen`. */
  'http2-directive': [1, 25, 1],
  /** `server … resolve` and `resolver` inside an upstream work. In older releases they need the commercial nginx. */
  'resolves-while-running': [1, 27, 3],
  /** By default nginx speaks HTTP/1.1 to an upstream, sends no `Connection` header, and keeps connections open. */
  'keeps-upstream-alive': [1, 29, 7],
} as const satisfies Record<string, Release>;

export type Change = keyof typeof CHANGES;

export function has(release: Release, change: Change): boolean {
  return compare(release, CHANGES[change]) >= 0;
}

export function compare(a: Release, b: Release): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** What changed from one nginx to another, as far as the output depends on it (PLATFORMS §1). */
import type { NginxPlan } from '../../plan/target-types.js';

export type Release = NginxPlan['release'];

const CHANGES = {
  /** Repeated request headers reach `$http_…` joined; before, the first alone. */
  'joins-repeated-headers': [1, 23, 0],
  /** `http2 on;` beside `listen`; before, a parameter of it. */
  'http2-directive': [1, 25, 1],
  /** `server … resolve` and `resolver` inside an upstream are free of charge. */
  'resolves-while-running': [1, 27, 3],
  /** Towards an upstream: HTTP/1.1, no `Connection` header, connections kept. */
  'keeps-upstream-alive': [1, 29, 7],
} as const satisfies Record<string, Release>;

export type Change = keyof typeof CHANGES;

export function has(release: Release, change: Change): boolean {
  return compare(release, CHANGES[change]) >= 0;
}

export function compare(a: Release, b: Release): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

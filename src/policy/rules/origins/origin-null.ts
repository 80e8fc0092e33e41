import { rejectedOrigins } from '../../origins.js';
import type { Rule } from '../../types.js';

export const originNull: Rule<'plan'> = {
  code: 'MCP105',
  slug: 'origin-null',
  severity: 'error',
  localSeverity: 'warn',
  suppressible: false,
  securitySeverity: 7.5,
  summary: 'the origin "null" is listed',
  reads: ['plan'],
  check: ({ plan: { traffic } }) =>
    rejectedOrigins(
      traffic,
      'null',
      'is what every sandboxed frame and every local file sends',
      'remove it; serve the page from a host of its own and name that',
    ),
};

import { rejectedOrigins } from '../../origins.js';
import type { Rule } from '../../types.js';

export const originRegexUnanchored: Rule<'plan'> = {
  code: 'MCP104',
  slug: 'origin-regex-unanchored',
  severity: 'error',
  localSeverity: 'warn',
  suppressible: false,
  securitySeverity: 8.1,
  summary: 'an origin is written as a regular expression',
  reads: ['plan'],
  check: ({ plan: { traffic } }) =>
    rejectedOrigins(
      traffic,
      'regex',
      'is a regular expression or a glob, and those let in more than they seem to',
      'name the origins, or write https://*.example.com for exactly one more label',
    ),
};

import { rejectedOrigins, respelled, spelling, writtenOrigins } from '../../origins.js';
import { quote } from '../../../plan/quote.js';
import type { Rule } from '../../types.js';

export const originNotCanonical: Rule<'plan'> = {
  code: 'MCP103',
  slug: 'origin-not-canonical',
  severity: 'error',
  localSeverity: 'warn',
  suppressible: 'partly',
  securitySeverity: 4.3,
  summary: 'an origin is not spelled as browsers send it',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    yield* rejectedOrigins(
      traffic,
      'not-canonical',
      'is not an origin as browsers send it',
      'write scheme, host and port alone: no path, no slash at the end, no user, no default port',
    );
    for (const { rule, written, from } of writtenOrigins(traffic)) {
      const matched = spelling(rule);
      if (matched === null || matched === written) continue;
      yield {
        at: from,
        message: `origin ${quote(written)} is matched as ${quote(matched)}`,
        ...respelled(from, matched),
        severity: 'info',
      };
    }
  },
};

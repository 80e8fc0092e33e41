import { isExpired } from '../../suppressions.js';
import type { Rule } from '../../types.js';

export const suppressionExpired: Rule<'plan' | 'today'> = {
  code: 'MCP905',
  slug: 'suppression-expired',
  severity: 'error',
  suppressible: false,
  securitySeverity: 4,
  summary: 'a suppression has run out',
  reads: ['plan', 'today'],
  *check({ plan, today }) {
    for (const one of plan.policy.suppressions) {
      if (!isExpired(one, today)) continue;
      yield {
        at: `${one.from}.until`,
        message: `the suppression of ${one.rule} at ${one.path} held until ${one.until}, and is no longer applied`,
        help: 'mend what it hid, or look at the reason again and choose a new day',
      };
    }
  },
};

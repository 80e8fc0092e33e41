import { hasReason } from '../../suppressions.js';
import type { Rule } from '../../types.js';

export const suppressionNoReason: Rule<'plan'> = {
  code: 'MCP906',
  slug: 'suppression-no-reason',
  severity: 'error',
  suppressible: false,
  securitySeverity: 4,
  summary: 'a suppression gives no reason',
  reads: ['plan'],
  *check({ plan }) {
    for (const one of plan.policy.suppressions) {
      if (hasReason(one)) continue;
      yield {
        at: `${one.from}.reason`,
        message: `the suppression of ${one.rule} at ${one.path} gives no reason, and is not applied`,
        help: 'say in one line why it is right here, for the person who reads it next year',
      };
    }
  },
};

import type { Rule } from '../../types.js';

export const originReviewOverdue: Rule<'plan' | 'today'> = {
  code: 'MCP115',
  slug: 'origin-review-overdue',
  severity: 'warn',
  securitySeverity: 4.3,
  summary: 'the day by which an origin was to be looked at again has passed',
  reads: ['plan', 'today'],
  *check({ plan: { traffic }, today }) {
    for (const { name, rules, owner, reviewBy, from } of traffic.origins) {
      // The day itself is the last on which it is in time, as with `rotateBy` and with `until` of a suppression.
      if (reviewBy === null || reviewBy >= today) continue;
      const written = rules.map((rule) => rule.written).join(', ');
      yield {
        at: `${from}.reviewBy`,
        message: `origin ${name} (${written}) should have been reviewed by ${reviewBy}${owner === null ? '' : `; its owner is ${owner}`}`,
        help: `ask whether its pages still call these servers: if they do, write the next day in ${from}.reviewBy, else remove ${from}`,
      };
    }
  },
};

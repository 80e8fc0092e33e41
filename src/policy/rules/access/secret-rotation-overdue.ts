import type { Rule } from '../../types.js';

export const secretRotationOverdue: Rule<'plan' | 'today'> = {
  code: 'MCP218',
  slug: 'secret-rotation-overdue',
  severity: 'warn',
  securitySeverity: 5,
  summary: 'the day by which a key was to be replaced has passed',
  reads: ['plan', 'today'],
  *check({ plan, today }) {
    for (const { name, keys, rotateBy, from } of plan.traffic.clients) {
      // The day itself is the last on which it is in time, as with `until` of a suppression.
      if (rotateBy === null || rotateBy >= today) continue;
      yield {
        at: `${from}.rotateBy`,
        message: `the ${keys.length === 1 ? 'key' : 'keys'} of client "${name}" (${keys.join(', ')}) should have been replaced by ${rotateBy}`,
        help: `add a second key to auth.clients.${name}.keys, deploy, give it to the client, remove the old one, and choose the next day`,
      };
    }
  },
};

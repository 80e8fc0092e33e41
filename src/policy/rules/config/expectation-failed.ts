import type { ExpectationPlan } from '../../../plan/policy-types.js';
import { quote } from '../../../plan/quote.js';
import type { ExpectationOutcome, Rule } from '../../types.js';

export const expectationFailed: Rule<'plan' | 'decisions'> = {
  code: 'MCP910',
  slug: 'expectation-failed',
  severity: 'error',
  securitySeverity: 8,
  summary: 'a request is decided otherwise than policy.expect promises',
  reads: ['plan', 'decisions'],
  *check({ plan, decideExpectation }) {
    for (const expectation of plan.policy.expectations) {
      const outcome = decideExpectation(expectation);
      const { decision, status, from } = expectation;
      if (outcome.decision === decision && (status === null || status === outcome.status)) continue;
      yield {
        at: from,
        message: `${requestLine(expectation)} is ${described(outcome)}; expected: ${decision}${status === null ? '' : ` with ${status}`}`,
        help:
          outcome.step === null
            ? 'nothing refuses it: narrow the origins, tenants or clients, or correct the expectation'
            : `see what row "${outcome.step}" decides by, or correct the expectation`,
      };
    }
  },
};

function requestLine({ request }: ExpectationPlan): string {
  const { method, path, origin, client, tenant } = request;
  const caller = client !== null ? ` as client ${client}` : tenant !== null ? ` as tenant ${tenant}` : '';
  return `${method} ${path}${origin === null ? '' : ` from origin ${quote(origin)}`}${caller}`;
}

function described({ decision, status, reason }: ExpectationOutcome): string {
  return decision === 'allow' ? 'allowed' : `refused with ${status} (${reason})`;
}

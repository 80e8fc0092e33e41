import { NEWEST } from '../config/language/revisions.js';
import type { RuleName } from '../config/language/rules.js';
import type { Model } from '../config/model.js';
import { sortedEntries } from './sorted-entries.js';
import type { PolicyPlan, Traffic } from './types.js';

/** What is to be checked, with every default of an expectation filled in from the traffic half. */
export function planPolicy({ policy }: Model, traffic: Traffic): PolicyPlan {
  return {
    severities: sortedEntries(policy.rules).map(([rule, severity]) => ({ rule: rule as RuleName, severity, from: `policy.rules.${rule}` })),
    suppressions: policy.suppress.map(({ rule, path, reason, until, owner }, i) => ({
      rule,
      path,
      reason,
      until: until ?? null,
      owner: owner ?? null,
      from: `policy.suppress.${i}`,
    })),
    expectations: policy.expect.map(({ request, decision, status }, i) => ({
      request: {
        path: request.path ?? traffic.routes.find(({ server }) => server === request.server)?.path ?? '/',
        method: request.method,
        host: request.host ?? traffic.publicUrl.host,
        origin: request.origin ?? null,
        revision: request.revision ?? traffic.revisions.at(-1) ?? NEWEST,
        client: request.as && 'client' in request.as ? request.as.client : null,
        tenant: request.as && 'tenant' in request.as ? request.as.tenant : null,
        address: request.address,
      },
      decision,
      status: status ?? null,
      from: `policy.expect.${i}`,
    })),
  };
}

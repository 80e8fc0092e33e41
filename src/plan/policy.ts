import { NEWEST, type Revision } from '../config/language/revisions.js';
import type { RuleName } from '../config/language/rules.js';
import type { Model } from '../config/model.js';
import type { PolicyPlan } from './policy-types.js';
import { endpointOf } from './routes.js';
import { sortedEntries } from './sorted-entries.js';
import type { Traffic } from './traffic-types.js';

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
        ...endpointOf(traffic, request.server ?? null, revisionOf(traffic, request.revision), request),
        host: request.host ?? traffic.publicUrl.host,
        origin: request.origin ?? null,
        revision: revisionOf(traffic, request.revision),
        client: request.as && 'client' in request.as ? request.as.client : null,
        tenant: request.as && 'tenant' in request.as ? request.as.tenant : null,
        address: request.address,
        item: null,
        args: null,
        token: null,
        permissions: null,
      },
      decision,
      status: status ?? null,
      from: `policy.expect.${i}`,
    })),
  };
}

const revisionOf = ({ revisions }: Traffic, asked: Revision | undefined): Revision => asked ?? revisions.at(-1) ?? NEWEST;

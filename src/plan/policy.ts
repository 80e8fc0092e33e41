import { NEWEST, type Revision } from '../config/language/revisions.js';
import type { RuleName } from '../config/language/rules.js';
import type { Model } from '../config/model.js';
import { sortedEntries } from './sorted-entries.js';
import { SSE_REVISION } from './traffic.js';
import type { PolicyPlan, Route, Traffic } from './types.js';

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
      },
      decision,
      status: status ?? null,
      from: `policy.expect.${i}`,
    })),
  };
}

const revisionOf = ({ revisions }: Traffic, asked: Revision | undefined): Revision => asked ?? revisions.at(-1) ?? NEWEST;

/** Where a request of a revision goes: 2024-11-05 begins with a GET at an endpoint of its own. */
export function endpointOf(
  { routes }: Traffic,
  server: string | null,
  revision: Revision,
  asked: { readonly path?: string | undefined; readonly method?: string | undefined },
): { readonly path: string; readonly method: string } {
  const kind: Route['kind'] = revision === SSE_REVISION ? 'sse' : 'mcp';
  const route = routes.find((one) => one.server === server && one.kind === kind);
  return { path: asked.path ?? route?.path ?? '/', method: asked.method ?? (kind === 'sse' && asked.path === undefined ? 'GET' : 'POST') };
}

import { NEWEST, type Revision } from '../config/language/revisions.js';
import type { RuleName } from '../config/language/rules.js';
import type { Model } from '../config/model.js';
import { sortedEntries } from './sorted-entries.js';
import { SSE_ENDPOINT, SSE_REVISION } from './traffic.js';
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

/**
 * Where a request of a revision goes, also when that revision is not served: 2024-11-05 begins with a GET at an endpoint of its own.
 */
export function endpointOf(
  { routes }: Traffic,
  server: string | null,
  revision: Revision,
  asked: { readonly path?: string | undefined; readonly method?: string | undefined },
): { readonly path: string; readonly method: string } {
  const kind: Route['kind'] = revision === SSE_REVISION ? 'sse' : 'mcp';
  const pathOf = (wanted: Route['kind']): string | undefined => routes.find((route) => route.server === server && route.kind === wanted)?.path;
  const endpoint = pathOf('mcp') ?? pathOf('sse')?.slice(0, -SSE_ENDPOINT.length);
  const path = asked.path ?? (endpoint === undefined ? '/' : kind === 'sse' ? `${endpoint}${SSE_ENDPOINT}` : endpoint);
  // A path that is given may be a route that no message is sent to.
  const takesPost = routes.find((route) => route.path === path)?.methods.includes('POST') ?? (asked.path !== undefined || kind === 'mcp');
  return { path, method: asked.method ?? (takesPost ? 'POST' : 'GET') };
}

import { hidesClients } from '../../../plan/hidden-clients.js';
import type { Rule } from '../../types.js';

export const rateLimitMissing: Rule<'plan'> = {
  code: 'MCP210',
  slug: 'rate-limit-missing',
  severity: 'warn',
  securitySeverity: 4.3,
  summary: 'nothing bounds how often one caller may call',
  reads: ['plan'],
  *check({ plan }) {
    const { traffic } = plan;
    const { perAddress, perClient } = traffic.limits;
    if (!traffic.publicUrl.isPublic || perClient.rate !== null || perClient.fromEnvironment) return;
    // A bucket this large is none: a gateway answers fewer requests in a second.
    const isCounted = !hidesClients(plan) && (perAddress.tokens * 1000) / perAddress.window < 10_000;
    if (isCounted) return;
    for (const { name, rate, from } of traffic.tenants) {
      if (rate !== null) continue;
      yield {
        at: from,
        message: `callers of tenant "${name}" may call as often as they like: it has no rate, no client has one, and addresses are not counted`,
        help: `give it one: tenants: { ${name}: { rate: '1000/min' } }; or all clients: gateway: { limits: { perClient: { rate: '100/min' } } }`,
      };
    }
  },
};

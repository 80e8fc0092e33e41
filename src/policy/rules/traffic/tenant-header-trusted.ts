import { listed } from '../../../plan/quote.js';
import type { Rule } from '../../types.js';

export const tenantHeaderTrusted: Rule<'plan'> = {
  code: 'MCP303',
  slug: 'tenant-header-trusted',
  severity: 'error',
  securitySeverity: 8.1,
  summary: 'a server is told its tenant by the caller',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    for (const { server, pass, from } of traffic.pools) {
      const claims = pass.filter((name) => name.split('-').some((word) => TENANT.has(word)));
      if (claims.length === 0) continue;
      const isFromProxy = traffic.trustedProxies.length > 0;
      yield {
        at: `${from}.transform.request.pass`,
        message: `"${server}" gets ${listed(claims)} as the caller wrote it: whoever writes another tenant there is one`,
        help: "let the gateway say it: tenants: { … forward: { signed: { prefix: 'X-TB-', secret: secret('TENANT_HEADER_SECRET') } } }, or forward.headers",
        // A trusted proxy may set it and strip what callers send, which this config cannot show.
        severity: isFromProxy ? 'warn' : 'error',
      };
    }
  },
};

const TENANT: ReadonlySet<string> = new Set([
  ...['tenant', 'tenantid', 'org', 'orgid', 'organization', 'organisation', 'account', 'customer', 'workspace', 'company'],
]);

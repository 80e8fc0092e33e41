import { listed } from '../../../plan/quote.js';
import type { Rule } from '../../types.js';

export const corsMcpHeadersMissing: Rule<'plan'> = {
  code: 'MCP113',
  slug: 'cors-mcp-headers-missing',
  severity: 'warn',
  securitySeverity: 0,
  summary: 'a header that a server is promised is not allowed to pages',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    if (traffic.origins.length === 0) return;
    const allowed = new Set(traffic.cors.allowHeaders.map((name) => name.toLowerCase()));
    for (const { server, pass, from } of traffic.pools) {
      const missing = pass.filter((name) => !allowed.has(name) && !ALWAYS.has(name));
      if (missing.length === 0) continue;
      yield {
        at: `${from}.transform.request.pass`,
        message: `pages may call "${server}" and may not send ${listed(missing)}: the browser’s preflight is answered without it, and the call fails`,
        help: `add it: gateway.cors.allowHeaders: [${missing.map((name) => `'${name}'`).join(', ')}]; or suppress this where a proxy sets it`,
      };
    }
  },
};

/** What every preflight allows (`front/respond.ts`). */
const ALWAYS: ReadonlySet<string> = new Set([
  ...['accept', 'authorization', 'content-type', 'last-event-id', 'mcp-method', 'mcp-name', 'mcp-protocol-version', 'mcp-session-id', 'x-api-key'],
]);

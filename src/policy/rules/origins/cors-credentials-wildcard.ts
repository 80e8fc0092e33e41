import type { Rule } from '../../types.js';

export const corsCredentialsWildcard: Rule<'plan'> = {
  code: 'MCP112',
  slug: 'cors-credentials-wildcard',
  severity: 'error',
  securitySeverity: 7.4,
  summary: 'pages that anybody can publish may call with the credentials of their visitor',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    if (!traffic.cors.credentials) return;
    for (const { name, rules, from } of traffic.origins) {
      if (!rules.some(({ rule }) => rule.kind === 'any-https' || rule.kind === 'tunnel')) continue;
      yield {
        at: 'gateway.cors.credentials',
        message: `origin "${name}" is whoever publishes a page, and its answers allow credentials: every such page acts as its visitor`,
        help: `list the origins that need credentials, or leave gateway.cors.credentials out: keys and tokens are sent in a header, which needs none`,
        related: [{ at: from, message: `what "${name}" accepts` }],
      };
    }
  },
};

import type { Rule } from '../../types.js';

export const originAllowlistMissing: Rule<'plan'> = {
  code: 'MCP101',
  slug: 'origin-allowlist-missing',
  severity: 'error',
  securitySeverity: 6.5,
  summary: 'a public gateway declares no origins',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    const { publicUrl, origins } = traffic;
    if (!publicUrl.isPublic || origins.length > 0) return;
    yield {
      at: publicUrl.from,
      message: `${publicUrl.href} is public and no origins are declared: every browser is turned away, and nobody said it should be`,
      help: 'declare the origins that browsers call from, or suppress this with the reason why none does',
    };
  },
};

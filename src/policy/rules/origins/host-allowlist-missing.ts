import type { Rule } from '../../types.js';

export const hostAllowlistMissing: Rule<'plan'> = {
  code: 'MCP111',
  slug: 'host-allowlist-missing',
  severity: 'error',
  securitySeverity: 7.5,
  summary: 'the gateway answers under every host name',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    if (!traffic.anyHost) return;
    yield {
      at: 'gateway.hosts',
      message:
        "hosts: 'any' answers under every name, so a page can point a name of its own at the gateway and be of its origin (DNS rebinding)",
      help: 'list the host names it is called by; gateway.url, tenant hosts and the platform’s own names are accepted anyway',
    };
  },
};

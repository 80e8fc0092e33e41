import { hostOf, rejectedOrigins, spelling, writtenOrigins } from '../../origins.js';
import { isLoopbackHost } from '../../../plan/loopback.js';
import { quote } from '../../../plan/quote.js';
import type { OriginRule } from '../../../plan/origin-types.js';
import type { Rule } from '../../types.js';

const NAME_HOST = 'name the host that the page’s address bar shows';

export const originBindAddress: Rule<'plan'> = {
  code: 'MCP107',
  slug: 'origin-bind-address',
  severity: 'error',
  localSeverity: 'warn',
  suppressible: 'partly',
  securitySeverity: 5.4,
  summary: 'an origin is a bind address, or loopback in production',
  reads: ['plan'],
  *check({ plan: { traffic, profile } }) {
    const inProduction = profile === 'production';
    for (const problem of rejectedOrigins(
      traffic,
      'bind-address',
      'is an address to listen on, and not where a page comes from',
      NAME_HOST,
    )) {
      // The fix writes loopback, which is what is meant on a developer's machine. In production it would only be the next finding.
      const { fix, ...unfixed } = problem;
      yield fix && inProduction ? { ...unfixed, help: NAME_HOST } : problem;
    }
    if (!inProduction) return;
    for (const { rule, from } of writtenOrigins(traffic)) {
      if (!isLoopback(rule)) continue;
      yield {
        at: from,
        message: `${quote(spelling(rule) ?? '')} lets whatever listens on a visitor's own machine call a production gateway`,
        help: 'move it to an environment with profile local',
      };
    }
  },
};

function isLoopback(rule: OriginRule): boolean {
  const host = hostOf(rule);
  // Browsers take every name below localhost for the machine itself (RFC 6761 §6.3).
  return rule.kind === 'loopback' || isLoopbackHost(host) || /.\.localhost$/.test(host);
}

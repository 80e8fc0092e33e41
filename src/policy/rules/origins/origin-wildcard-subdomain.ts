import { spelling, writtenOrigins, zoneOf } from '../../origins.js';
import { quote } from '../../../plan/quote.js';
import { sharedDomainOf } from '../../shared-domains.js';
import type { Rule } from '../../types.js';

export const originWildcardSubdomain: Rule<'plan'> = {
  code: 'MCP109',
  slug: 'origin-wildcard-subdomain',
  severity: 'warn',
  localSeverity: 'info',
  securitySeverity: 4.8,
  summary: 'an origin matches every subdomain of a host',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    for (const { rule, from } of writtenOrigins(traffic)) {
      // Below a domain that strangers share, the pattern is more than a warning: that is a rule of its own.
      if (rule.kind !== 'subdomain' || sharedDomainOf(zoneOf(rule))) continue;
      yield {
        at: from,
        message: `${quote(spelling(rule) ?? '')} lets every name below ${zoneOf(rule)} call, also one that was forgotten and taken over`,
        help: 'name the subdomains, or suppress this with the reason why the whole zone is yours',
      };
    }
  },
};

import { spelling, writtenOrigins, zoneOf } from '../../origins.js';
import { quote } from '../../../plan/quote.js';
import { sharedDomainOf } from '../../shared-domains.js';
import type { Rule } from '../../types.js';

export const originTunnelDomain: Rule<'plan'> = {
  code: 'MCP108',
  slug: 'origin-tunnel-domain',
  severity: 'error',
  localSeverity: 'warn',
  securitySeverity: 7.1,
  summary: 'an origin lies on a domain where anyone can take a name',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    for (const { name, rule, from } of writtenOrigins(traffic)) {
      if (rule.kind === 'tunnel') {
        yield {
          at: from,
          message: `the preset of origin ${name} lets every tunnel call that anyone opens (*${rule.suffixes.join(', *')})`,
          help: 'name the one tunnel you use, in an environment with profile local, or give the page a domain of your own',
        };
        continue;
      }
      const shared = sharedDomainOf(zoneOf(rule));
      if (!shared) continue;
      const origin = quote(spelling(rule) ?? '');
      if (rule.kind === 'subdomain') {
        yield {
          at: from,
          message: `${origin} lets every page on ${shared.domain} call, and anyone can put one there (${shared.vendor})`,
          help: 'name the one host that is yours',
        };
      } else if (shared.kind === 'tunnel') {
        yield {
          at: from,
          message: `${origin} is a tunnel of ${shared.vendor}: once it closes, its name can be somebody else's`,
          help: 'give the page a domain of your own',
        };
      } else {
        yield {
          at: from,
          message: `${origin} stays yours only as long as the project at ${shared.vendor} does; then anyone can take the name`,
          help: 'give the page a domain of your own, or suppress this until a day on which it is looked at again',
          severity: 'warn',
        };
      }
    }
  },
};

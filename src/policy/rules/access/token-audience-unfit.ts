import { listed } from '../../../plan/quote.js';
import { knownIssuer } from '../../known-issuers.js';
import type { Rule } from '../../types.js';

export const tokenAudienceUnfit: Rule<'plan'> = {
  code: 'MCP221',
  slug: 'token-audience-unfit',
  severity: 'error',
  securitySeverity: 4.3,
  summary: 'this issuer never writes the audience that is expected of its tokens',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    for (const { issuer, audiences, from } of traffic.auth.issuers) {
      const known = knownIssuer(issuer);
      if (known === null || known.fits(audiences)) continue;
      const expected = audiences === null ? 'the default audience, the URL of the route,' : listed(audiences);
      yield {
        at: from,
        message: `${known.name} does not write ${expected} into aud: ${known.writes}; tokens of ${issuer} would be refused`,
        help: known.instead,
        severity: known.severity,
      };
    }
  },
};

import type { Rule } from '../../types.js';

export const tokenLifetime: Rule<'plan'> = {
  code: 'MCP216',
  slug: 'token-lifetime',
  severity: 'warn',
  securitySeverity: 4.8,
  summary: 'a stolen token would be good for long',
  reads: ['plan'],
  *check({ plan: { profile, traffic } }) {
    if (profile !== 'production') return;
    for (const { issuer, keys, maxAge, from } of traffic.auth.issuers) {
      if (maxAge !== null && maxAge <= DAY) continue;
      const how = maxAge === null ? 'as long as they say themselves' : `for ${Math.round(maxAge / HOUR)} hours`;
      yield {
        at: from,
        message: `tokens of ${issuer} are taken ${how}: one that was stolen is good until then, and nothing calls it back`,
        help: "bound it: maxAge: '1h', which wants `iat` in the token; anything up to 24h is fine",
        // Whoever shares the secret signs by hand as well, and forgets about it.
        severity: maxAge === null && keys.kind === 'jwks' ? 'info' : 'warn',
      };
    }
  },
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

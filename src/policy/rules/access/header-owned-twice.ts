import type { Rule } from '../../types.js';

export const headerOwnedTwice: Rule<'plan'> = {
  code: 'MCP219',
  slug: 'header-owned-twice',
  severity: 'warn',
  securitySeverity: 3.1,
  summary: 'two places say what one security header is',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    const owned = new Set(traffic.headers.map(([name]) => name));
    for (const { server, transform, from } of traffic.pools) {
      for (const { name } of transform.response.set.filter((one) => owned.has(one.name))) {
        yield {
          at: `${from}.transform.response.set`,
          message: `${name} is the gateway’s to say, on every answer: what "${server}" is given here never reaches a client`,
          help: 'say it in gateway.headers, which nginx and the gateway share, and leave it out here',
        };
      }
    }
  },
};

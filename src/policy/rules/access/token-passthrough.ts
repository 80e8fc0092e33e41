import { listed, quote } from '../../../plan/quote.js';
import type { Pool } from '../../../plan/pool-types.js';
import type { Rule } from '../../types.js';

export const tokenPassthrough: Rule<'plan'> = {
  code: 'MCP212',
  slug: 'token-passthrough',
  severity: 'error',
  securitySeverity: 8.1,
  summary: 'the caller’s token goes to a server that it was not made for',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    for (const { name, servers: set, forward, from } of traffic.tenants) {
      if (!forward?.bearer) continue;
      const at = `${from}.forward.bearer`;
      const { audience } = forward.bearer;
      const granted = traffic.serverSets.find(({ id }) => id === set)?.servers ?? [];
      const servers = granted.filter((server) => isSentTokens(server, traffic.pools));
      if (servers.length > 1) {
        yield {
          at,
          message: `the token of a caller of "${name}" goes to ${listed(servers)}, and ${quote(audience)} is one of them at most`,
          help: 'grant the one server that is the audience to a tenant of its own; the others get tokens of their own by upstream.exchange',
        };
      }
      if (audience === traffic.publicUrl.href || audience.startsWith(`${traffic.publicUrl.href}/`)) {
        yield {
          at: `${at}.audience`,
          message: `${quote(audience)} is the gateway itself: a server that is sent such a token can call the gateway as its user`,
          help: 'name the audience of the server, which the issuer must put into the token beside the gateway’s',
        };
      }
    }
  },
};

/** No token goes to a child, which is sent no headers, nor to a server that has a credential of its own. */
function isSentTokens(name: string, pools: readonly Pool[]): boolean {
  const pool = pools.find(({ server }) => server === name);
  if (!pool || pool.sources.local.kind === 'spawn') return false;
  return pool.toServer?.auth?.header !== 'authorization' && !pool.toServer?.exchange;
}

import type { Rule } from '../../types.js';

export const tenantIsolationMissing: Rule<'plan'> = {
  code: 'MCP302',
  slug: 'tenant-isolation-missing',
  severity: 'error',
  securitySeverity: 8.1,
  summary: 'callers choose the tenant that they act for',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    const { auth, clients, tenants } = traffic;
    if (!auth.wanted || tenants.length < 2) return;
    const bound = new Set(tenants.flatMap(({ match }) => match.clients));
    const free = clients.filter(({ name }) => !bound.has(name)).map(({ name }) => `client "${name}"`);
    const tokens = tenants.every(({ match }) => match.claims.length === 0) ? auth.issuers.map(({ issuer }) => `whoever has a token of ${issuer}`) : [];
    const who = [...free, ...tokens];
    const chosen = tenants.filter(({ match }) => match.path || match.hosts.length > 0);
    if (who.length === 0 || chosen.length === 0) return;
    for (const { name, match, from } of chosen) {
      const how = match.path ? `the path /t/${name}/…` : `the host ${match.hosts[0]}`;
      yield {
        at: `${from}.match`,
        message: `${who[0]} acts for "${name}" by ${how} as well as for any other tenant: nothing ties credentials to one`,
        help: 'recognise it by what its callers cannot choose: match: { client }, or { claim: { org_id: … } }; beside host or path, both must agree then',
      };
    }
  },
};

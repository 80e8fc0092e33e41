import type { Model, TenantModel } from '../config/model.js';
import { planAbout } from './about.js';
import { planAllowed } from './allowed.js';
import type { RuleSets } from './rule-sets.js';
import type { Sets } from './sets.js';
import { sortedEntries } from './sorted-entries.js';
import { planForward } from './towards.js';
import type { TenantPlan } from './traffic-types.js';

/** Who may call which servers, and how much. Without a declared tenant there is one that may call all of them. */
export function planTenants(model: Model, serverSets: Sets, originSets: Sets, ruleSets: RuleSets): TenantPlan[] {
  const everyServer = Object.keys(model.servers);
  const declared = sortedEntries(model.tenants).map(([name, tenant]) => ({
    name,
    about: planAbout(tenant),
    implied: false,
    match: planMatch(tenant),
    servers: serverSets.add(tenant.servers === '*' ? everyServer : tenant.servers),
    origins: tenant.origins === undefined ? null : originSets.add(tenant.origins),
    rate: tenant.rate ?? null,
    streams: tenant.streams ?? null,
    sessions: tenant.sessions ?? null,
    tools: ruleSets.add(name, tenant),
    allow: planAllowed(tenant.allow),
    forward: planForward(tenant),
    from: `tenants.${name}`,
  }));
  return declared.length > 0 ? declared : [impliedTenant(serverSets.add(everyServer))];
}

function impliedTenant(servers: string): TenantPlan {
  return {
    name: 'default',
    about: planAbout({ labels: {} }),
    implied: true,
    match: { clients: [], hosts: [], path: false, claims: [], lookups: [] },
    servers,
    origins: null,
    rate: null,
    streams: null,
    sessions: null,
    tools: null,
    allow: null,
    forward: null,
    from: 'tenants',
  };
}

function planMatch({ match }: TenantModel): TenantPlan['match'] {
  return {
    clients: match.flatMap((one) => ('client' in one ? [one.client] : [])).sort(),
    hosts: match.flatMap((one) => ('host' in one ? [one.host] : [])).sort(),
    path: match.some((one) => 'path' in one),
    claims: match.flatMap((one) => ('claim' in one ? [sortedEntries(one.claim)] : [])),
    lookups: match.flatMap((one) => ('lookup' in one ? [one.lookup] : [])).sort(),
  };
}

import type { Model } from '../config/model.js';
import { sortedEntries } from './sorted-entries.js';
import type { AcceptedHost, PublicUrl } from './traffic-types.js';

/** The host names that are served: the public one, those of `gateway.hosts`, and those by which a tenant is recognised. */
export function planHosts({ gateway, tenants }: Model, url: PublicUrl): AcceptedHost[] {
  const hosts = new Map<string, AcceptedHost>([[url.host, { name: url.host, tenant: null, from: url.from }]]);
  if (gateway.hosts !== 'any') for (const name of gateway.hosts) hosts.set(name, { name, tenant: null, from: 'gateway.hosts' });
  for (const [tenant, { match }] of sortedEntries(tenants)) {
    for (const one of match) if ('host' in one) hosts.set(one.host, { name: one.host, tenant, from: `tenants.${tenant}.match` });
  }
  return [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

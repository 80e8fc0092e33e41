/** Whose share of what all callers use an exchange takes from. */
import { callerKey } from '../decision/address.js';
import { tenantIn } from '../decision/facts.js';
import type { Tables } from '../decision/lookups.js';
import type { Holder } from '../process/places.js';
import { isNamed, principalOf, type Exchange } from './exchange.js';

/** The caller by the name of its principal, or by its address where it has none. To be asked when its tenant is known. */
export function holderOf(exchange: Exchange): Holder {
  return (exchange.holder ??= find(exchange));
}

/** Whether a caller can be told from others: by its name, or by an address that is not the one of a proxy in front of all. */
export function isToldApart({ facts: { principal }, state: { tables } }: Exchange): boolean {
  return (principal !== undefined && principal.kind !== 'anonymous') || tables.raw.countsAddresses[tables.placement];
}

function find(exchange: Exchange): Holder {
  const { facts, head, state: { tables } } = exchange;
  const tenant = tenantIn(facts) ?? '';
  return {
    tenant,
    hasNeighbours: tables.tenants.size > 1,
    caller: isNamed(exchange) ? principalOf(exchange) : callerKey(head.address),
    hasPeers: !lonelyIn(tables).has(tenant),
  };
}

const lonely = new WeakMap<Tables, ReadonlySet<string>>();

/** Tenants that are one client's alone. Any other is whoever comes by its host or path, or by what a token or an authorization API says. */
function lonelyIn(tables: Tables): ReadonlySet<string> {
  let known = lonely.get(tables);
  if (!known) {
    const { clients, hosts, paths, claims, lookups, implied } = tables.raw.matches;
    const named = [...hosts, ...lookups].map(([, tenant]) => tenant);
    const shared = new Set([...named, ...claims.map(({ tenant }) => tenant), ...paths, implied]);
    const of = clients.map(([, tenant]) => tenant);
    known = new Set(of.filter((tenant) => !shared.has(tenant) && of.indexOf(tenant) === of.lastIndexOf(tenant)));
    lonely.set(tables, known);
  }
  return known;
}

/** Which tenants a request belongs to. All that apply are collected, and two different ones are refused: nobody chooses between them. */
import type { ClaimValue, LookupFact, Principal } from './facts.js';
import type { RequestHead } from './head.js';
import type { Tables } from './lookups.js';

type Said = Pick<RequestHead, 'host' | 'pathTenant'>;

/** The fact of row `tenant`: the tenants that host, path, client, token and authorization API say a request belongs to. */
export function recogniseTenants(tables: Tables, head: Said, principal: Principal | undefined, lookup?: LookupFact): readonly string[] {
  const { implied } = tables.raw.matches;
  if (implied !== null) return [implied];
  const found = new Set<string | undefined | null>([
    principal?.kind === 'client' ? tables.tenantOfClient.get(principal.client) : null,
    tables.tenantOfHost.get(head.host),
    head.pathTenant,
    lookup?.kind === 'tenant' ? tables.tenantOfAnswer.get(lookup.tenant) : null,
  ]);
  if (principal?.kind === 'token') for (const { tenant, claims } of tables.raw.matches.claims) if (hasAll(claims, principal)) found.add(tenant);
  return [...found].filter((name) => typeof name === 'string');
}

/** Claims are compared as text. `iss` and `sub` are what the token was judged by. */
function hasAll(wanted: readonly (readonly [string, string])[], { issuer, subject, claims }: Extract<Principal, { kind: 'token' }>): boolean {
  const valueOf = (name: string): ClaimValue | undefined => {
    if (name === 'iss') return issuer;
    if (name === 'sub') return subject;
    return Object.hasOwn(claims, name) ? claims[name] : undefined;
  };
  return wanted.length > 0 && wanted.every(([name, value]) => holds(valueOf(name), value));
}

/** A list has the value if it holds it. */
function holds(claim: ClaimValue | undefined, value: string): boolean {
  return typeof claim === 'object' ? claim.includes(value) : claim !== undefined && String(claim) === value;
}

/**
 * Whether the authorization API is asked about a caller. It is not asked about the key of a client whose tenant the config names: the config has said it, and
 * the key is nobody else's business.
 */
export function isLookedUp({ raw, tenantOfClient }: Tables, principal: Principal | undefined): boolean {
  if (raw.auth.lookup === null || raw.matches.implied !== null) return false;
  return principal?.kind === 'token' || (principal?.kind === 'client' && !tenantOfClient.has(principal.client));
}

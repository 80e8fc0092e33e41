/** The authorization API: it knows credentials that neither keys nor issuers know, and the tenants of those that they do. */
import { callerKey } from '../decision/address.js';
import type { LookupFact, Principal } from '../decision/facts.js';
import type { Tables } from '../decision/lookups.js';
import { isLookedUp } from '../decision/tenant.js';
import type { LookupTable } from '../tables/auth.js';
import { credentialIn } from '../wire/credential.js';
import { digest } from '../wire/digest.js';
import type { Said } from './asked.js';
import type { Authenticate } from './credentials.js';
import { createLookup, type Lookup, type LookupOptions } from './lookup.js';
import { ANONYMOUS, principalName } from './principal.js';

const NOT_ASKED: LookupFact = { kind: 'none' };

/** How the facts about a caller are found where there is such an API. */
export interface LookedUp {
  readonly lookup: Lookup;
  /** For row `credentials`. */
  readonly authenticate: (said: Said) => Principal | Promise<Principal>;
  /** For row `tenant`. */
  readonly lookUp: (said: Said, principal: Principal | undefined) => LookupFact | Promise<LookupFact>;
}

export interface LookedUpOptions extends LookupOptions {
  readonly table: LookupTable;
  /** Of the tables of before: what it was told counts on. */
  readonly previous: Lookup | null;
  /** By keys and issuers. Whom they do not know, the API may. */
  readonly authenticate: Authenticate;
}

export function createLookedUp(tables: Tables, { table, previous, authenticate, ask, now }: LookedUpOptions): LookedUp {
  const lookup = previous?.renewed(table) ?? createLookup(table, { ask, now });
  const find = ({ host, pathTenant, address, request }: Said, principal: Principal): LookupFact | Promise<LookupFact> => {
    const credential = credentialIn(request.headers);
    if (credential === undefined) return NOT_ASKED;
    const name = principalName(principal);
    return lookup.find(credential, { tenant: tables.tenantOfHost.get(host) ?? pathTenant ?? '', caller: name === ANONYMOUS ? callerKey(address) : name });
  };
  const known = (said: Said, principal: Principal): Principal | Promise<Principal> => {
    if (principal.kind !== 'unknown') return principal;
    const found = find(said, principal);
    return found instanceof Promise ? found.then((fact) => principalBy(table, said, fact)) : principalBy(table, said, found);
  };
  return {
    lookup,
    authenticate: (said) => {
      const principal = authenticate(said);
      return principal instanceof Promise ? principal.then((found) => known(said, found)) : known(said, principal);
    },
    lookUp: (said, principal) => (principal && isLookedUp(tables, principal) ? find(said, principal) : NOT_ASKED),
  };
}

/** Sessions belong to the subject that the API names; without one to the credential itself, of which only a digest is kept. */
function principalBy({ url }: LookupTable, { request }: Said, fact: LookupFact): Principal {
  switch (fact.kind) {
    case 'unavailable':
      return { ...fact, from: 'lookup' };
    case 'none':
      return { kind: 'invalid', why: 'key-unknown' };
    case 'tenant':
      return {
        kind: 'token',
        issuer: url,
        subject: fact.subject ?? digest(credentialIn(request.headers) ?? '').slice(0, 22),
        client: null,
        audiences: [],
        permissions: fact.permissions,
        claims: {},
        // It is sealed for other replicas as JSON, which knows no end of time.
        expiresAt: fact.until === Infinity ? Number.MAX_SAFE_INTEGER : Date.now() + fact.until - performance.now(),
      };
  }
}

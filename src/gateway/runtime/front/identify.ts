/** Whose a request is: what its credentials say, and where the config names an authorization API, what that says of them. */
import { callerKey } from '../decision/address.js';
import type { Facts, LookupFact, Principal } from '../decision/facts.js';
import type { RequestHead } from '../decision/head.js';
import { isLookedUp, recogniseTenants } from '../decision/tenant.js';
import type { Lookup } from '../identity/lookup.js';
import { ANONYMOUS, principalName } from '../identity/principal.js';
import { credentialIn } from '../wire/credential.js';
import { digest } from '../wire/digest.js';
import type { State } from './state.js';

/** What of a request says whose it is. */
export type Said = Pick<RequestHead, 'host' | 'pathTenant'> & {
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Whose share of the questions it takes from, where its credentials have no name: its address. */
  readonly caller: string;
};

/** All that a decision asks about who calls. */
export type Identity = { readonly [F in 'principal' | 'lookup' | 'tenants']: Facts[F] };

export function saidBy({ host, pathTenant, request, address }: RequestHead): Said {
  return { host, pathTenant, headers: request.headers, caller: callerKey(address) };
}

const NOT_ASKED: LookupFact = { kind: 'none' };

/** For row `credentials`. */
export function authenticate(state: State, said: Said): Principal | Promise<Principal> {
  const principal = state.authenticate(said.headers);
  return principal instanceof Promise ? principal.then((known) => named(state, said, known)) : named(state, said, principal);
}

/** Where neither keys nor issuers know the credentials, the authorization API may. */
function named(state: State, said: Said, principal: Principal): Principal | Promise<Principal> {
  if (principal.kind !== 'unknown') return principal;
  const found = ask(state, said, principal);
  return found instanceof Promise ? found.then((fact) => principalBy(state, said, fact)) : principalBy(state, said, found);
}

/** For row `tenant`. */
export function lookUp(state: State, said: Said, principal: Principal | undefined): LookupFact | Promise<LookupFact> {
  return isLookedUp(state.tables, principal) ? ask(state, said, principal) : NOT_ASKED;
}

function ask({ lookup, tables }: State, said: Said, principal: Principal | undefined): LookupFact | Promise<LookupFact> {
  const credential = credentialIn(said.headers);
  if (lookup === null || credential === undefined) return NOT_ASKED;
  const name = principalName(principal);
  return lookup.find(credential, { tenant: tables.tenantOfHost.get(said.host) ?? said.pathTenant ?? '', caller: name === ANONYMOUS ? said.caller : name });
}

/** Sessions belong to the subject that the API names; without one to the credential itself, of which only a digest is kept. */
function principalBy({ tables }: State, { headers }: Said, fact: LookupFact): Principal {
  switch (fact.kind) {
    case 'unavailable':
      return { ...fact, from: 'lookup' };
    case 'none':
      return { kind: 'invalid', why: 'neither a key of a client nor known to the authorization API' };
    case 'tenant':
      return {
        kind: 'token',
        issuer: tables.raw.auth.lookup?.url ?? '',
        subject: fact.subject ?? digest(credentialIn(headers) ?? '').slice(0, 22),
        client: null,
        audiences: [],
        permissions: fact.permissions,
        claims: {},
        expiresAt: fact.until === Infinity ? Infinity : Date.now() + fact.until - performance.now(),
      };
  }
}

/** All three at once. */
export async function identify(state: State, said: Said): Promise<Identity> {
  const principal = await authenticate(state, said);
  const lookup = await lookUp(state, said, principal);
  return { principal, lookup, tenants: recogniseTenants(state.tables, said, principal, lookup) };
}

/**
 * The same under the tables of a reload. What the authorization API has said counts on where it is the same one: the reload has taken nothing of that, and to
 * ask about everybody at once would be too many questions.
 */
export async function identifyAgain(state: State, said: Said, before: Identity, asked: Lookup | null): Promise<Identity> {
  const isSame = asked !== null && state.lookup !== null && asked.table.url === state.lookup.table.url && asked.table.header === state.lookup.table.header;
  const own = await state.authenticate(said.headers);
  const isKept = isSame && own.kind === 'unknown' && before.principal?.kind === 'token' && before.principal.issuer === asked.table.url;
  const principal = isKept && before.principal ? before.principal : await named(state, said, own);
  const isTold = isSame && before.lookup?.kind === 'tenant' && isLookedUp(state.tables, principal);
  const lookup = isTold && before.lookup ? before.lookup : await lookUp(state, said, principal);
  return { principal, lookup, tenants: recogniseTenants(state.tables, said, principal, lookup) };
}

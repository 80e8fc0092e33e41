/** Whose a request is: what its credentials say, and where the config names an authorization API, what that says of them. */
import { callerKey } from '../decision/address.js';
import type { Facts, LookupFact, Principal } from '../decision/facts.js';
import type { RequestHead } from '../decision/head.js';
import { isLookedUp, recogniseTenants } from '../decision/tenant.js';
import type { Asked } from '../identity/asked.js';
import type { Lookup } from '../identity/lookup.js';
import { ANONYMOUS, principalName } from '../identity/principal.js';
import type { Source } from '../identity/tokens.js';
import { credentialIn } from '../wire/credential.js';
import { digest } from '../wire/digest.js';
import type { Exchange } from './exchange.js';
import type { State } from './state.js';

/** What of a request says whose it is. */
export type Said = Asked & Pick<RequestHead, 'host'>;

/** All that a decision asks about who calls. */
export type Identity = { readonly [F in 'principal' | 'lookup' | 'tenants']: Facts[F] };

const NOT_ASKED: LookupFact = { kind: 'none' };

/** For row `credentials`. */
export function authenticate(state: State, said: Said): Principal | Promise<Principal> {
  const principal = state.authenticate(said);
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

function ask({ lookup, tables }: State, { host, pathTenant, address, request }: Said, principal: Principal | undefined): LookupFact | Promise<LookupFact> {
  const credential = credentialIn(request.headers);
  if (lookup === null || credential === undefined) return NOT_ASKED;
  const name = principalName(principal);
  return lookup.find(credential, { tenant: tables.tenantOfHost.get(host) ?? pathTenant ?? '', caller: name === ANONYMOUS ? callerKey(address) : name });
}

/** Sessions belong to the subject that the API names; without one to the credential itself, of which only a digest is kept. */
function principalBy({ tables }: State, { request }: Said, fact: LookupFact): Principal {
  switch (fact.kind) {
    case 'unavailable':
      return { ...fact, from: 'lookup' };
    case 'none':
      return { kind: 'invalid', why: 'key-unknown' };
    case 'tenant':
      return {
        kind: 'token',
        issuer: tables.raw.auth.lookup?.url ?? '',
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

/** All three at once. */
export async function identify(state: State, said: Said): Promise<Identity> {
  const principal = await authenticate(state, said);
  const lookup = await lookUp(state, said, principal);
  return { principal, lookup, tenants: recogniseTenants(state.tables, said, principal, lookup) };
}

/** By what somebody was let in, as far as a reload may change it. */
export interface Grounds {
  readonly principal: Principal | undefined;
  readonly lookup: LookupFact | undefined;
  /** Where the keys of the token's issuer came from; undefined for anybody without one. */
  readonly source: Source | undefined;
  readonly asked: Lookup | null;
}

export function groundsOf({ facts: { principal, lookup }, state }: Exchange): Grounds {
  const source = principal?.kind === 'token' ? state.tokens?.sources.get(principal.issuer) : undefined;
  return { principal, lookup, source, asked: state.lookup };
}

/**
 * The same under the tables of a reload. What the authorization API has said counts on where it is the same one: the reload has taken nothing of that, and to
 * ask about everybody at once would be too many questions.
 */
export async function identifyAgain(state: State, said: Said, grounds: Grounds): Promise<Identity> {
  const { url, header } = grounds.asked?.table ?? {};
  const isSame = url !== undefined && url === state.lookup?.table.url && header === state.lookup.table.header;
  const principal = await knownAgain(state, said, grounds, isSame);
  const isTold = isSame && grounds.lookup?.kind === 'tenant' && isLookedUp(state.tables, principal);
  const lookup = isTold && grounds.lookup ? grounds.lookup : await lookUp(state, said, principal);
  return { principal, lookup, tenants: recogniseTenants(state.tables, said, principal, lookup) };
}

/**
 * A token is not read again: whoever holds a stream or a session may have a newer one by now, and what ends a token is its time, not a reload. It counts as
 * long as its issuer does, with the same keys.
 */
function knownAgain(state: State, said: Said, { principal, source, asked }: Grounds, isSame: boolean): Principal | Promise<Principal> {
  if (principal?.kind !== 'token') return authenticate(state, said);
  if (principal.issuer === asked?.table.url) return isSame ? principal : authenticate(state, said);
  return state.tokens?.recognises(principal, said, source) ? principal : { kind: 'invalid' };
}

/** A silence is no word against anybody: it is taken for one only of those that have still to be let in. */
export const isSilent = ({ principal, lookup }: Identity): boolean => principal?.kind === 'unavailable' || lookup?.kind === 'unavailable';

/** Whose a request is under the tables of a reload, for what it holds by then. */
import type { LookupFact, Principal } from '../decision/facts.js';
import { isLookedUp, recogniseTenants } from '../decision/tenant.js';
import type { Said } from '../identity/asked.js';
import type { Lookup } from '../identity/lookup.js';
import type { Source } from '../identity/tokens.js';
import type { Exchange } from './exchange.js';
import type { Identity } from './identify.js';
import type { State } from './state.js';

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
  const lookup = isTold && grounds.lookup ? grounds.lookup : await state.lookUp(said, principal);
  return { principal, lookup, tenants: recogniseTenants(state.tables, said, principal, lookup) };
}

/**
 * A token is not read again: whoever holds a stream or a session may have a newer one by now, and what ends a token is its time, not a reload. It counts as
 * long as its issuer does, with the same keys.
 */
function knownAgain(state: State, said: Said, { principal, source, asked }: Grounds, isSame: boolean): Principal | Promise<Principal> {
  if (principal?.kind !== 'token') return state.authenticate(said);
  if (principal.issuer === asked?.table.url) return isSame ? principal : state.authenticate(said);
  return state.tokens?.recognises(principal, said, source) ? principal : { kind: 'invalid' };
}

/** A silence is no word against anybody: it is taken for one only of those that have still to be let in. */
export const isSilent = ({ principal, lookup }: Identity): boolean => principal?.kind === 'unavailable' || lookup?.kind === 'unavailable';

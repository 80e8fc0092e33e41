/** Whose a request is: all that a decision asks about who calls. */
import type { Facts } from '../decision/facts.js';
import { recogniseTenants } from '../decision/tenant.js';
import type { Said } from '../identity/asked.js';
import type { State } from './state.js';

export type Identity = { readonly [F in 'principal' | 'lookup' | 'tenants']: Facts[F] };

/** All three at once. */
export async function identify(state: State, said: Said): Promise<Identity> {
  const principal = await state.authenticate(said);
  const lookup = await state.lookUp(said, principal);
  return { principal, lookup, tenants: recogniseTenants(state.tables, said, principal, lookup) };
}

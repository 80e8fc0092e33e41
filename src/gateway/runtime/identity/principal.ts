/**
 * By which names callers are known where something is kept for them: a principal is `client:NAME` or `anonymous`, an owner a tenant and a principal, with a
 * line break between them, which neither of them can hold.
 */
import type { Principal } from '../decision/facts.js';

/** All callers without credentials. They have one name, and nobody knows whether they are one. */
export const ANONYMOUS = 'anonymous';
const CLIENT = 'client:';

export function principalName(principal: Principal | undefined): string {
  switch (principal?.kind) {
    case 'client':
      return CLIENT + principal.client;
    case 'token':
      return `token:${principal.issuer} ${principal.subject}`;
    case undefined:
    case 'anonymous':
    case 'missing':
    case 'invalid':
    case 'unknown':
    case 'unavailable':
      return ANONYMOUS;
  }
}

/** The client of that name; null where it is no client's. */
export const clientNamed = (principal: string): string | null => (principal.startsWith(CLIENT) ? principal.slice(CLIENT.length) : null);

export const ownerName = (tenant: string, principal: string): string => `${tenant}\n${principal}`;

export function readOwner(owner: string): { readonly tenant: string; readonly principal: string } {
  const [tenant = '', principal = ''] = owner.split('\n');
  return { tenant, principal };
}

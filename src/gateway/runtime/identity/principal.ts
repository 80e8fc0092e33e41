/**
 * By which names callers are known where something is kept for them: a principal is `client:NAME`, `token:ISSUER SUBJECT` or `anonymous`, an owner a tenant
 * and a principal, with a line break between them, which neither of them can hold.
 */
import type { Principal } from '../decision/facts.js';
import { digest } from '../wire/digest.js';

/** All callers without credentials. They have one name, and nobody knows whether they are one. */
export const ANONYMOUS = 'anonymous';
const CLIENT = 'client:';
const TOKEN = 'token:';

export function principalName(principal: Principal | undefined): string {
  switch (principal?.kind) {
    case 'client':
      return CLIENT + principal.client;
    case 'token':
      return `${tokensOf(principal.issuer)}${principal.subject}`;
    case undefined:
    case 'anonymous':
    case 'missing':
    case 'invalid':
    case 'unknown':
    case 'unavailable':
      return ANONYMOUS;
  }
}

/** What the names of all begin with for whom this issuer vouches. An issuer is a URL and has no blank. */
const tokensOf = (issuer: string): string => `${TOKEN}${issuer} `;
export const isVouchedBy = (principal: string, issuer: string): boolean => principal.startsWith(tokensOf(issuer));

/** A name without a blank, for where names stand side by side; null where a caller has none. Names of clients have no colon. */
export function callerName(principal: Principal | undefined): string | null {
  if (principal?.kind === 'client') return principal.client;
  return principal?.kind === 'token' ? TOKEN + digest(principalName(principal)) : null;
}

/** The client of that name; null where it is no client's. */
export const clientNamed = (principal: string): string | null => (principal.startsWith(CLIENT) ? principal.slice(CLIENT.length) : null);

export const ownerName = (tenant: string, principal: string): string => `${tenant}\n${principal}`;

export function readOwner(owner: string): { readonly tenant: string; readonly principal: string } {
  const [tenant = '', principal = ''] = owner.split('\n');
  return { tenant, principal };
}

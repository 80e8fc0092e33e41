/** For row `credentials`: what every token of an issuer must have. */
import type { Bearer } from './facts.js';
import type { Tables } from './lookups.js';

/** What an issuer's tokens must have, where one of them has not all of it; null where it has. */
export function scopesLacking({ raw }: Tables, { issuer, permissions }: Bearer): readonly string[] | null {
  const { scopes = [] } = raw.auth.issuers.find((one) => one.issuer === issuer) ?? {};
  return scopes.every((scope) => permissions.includes(scope)) ? null : scopes;
}

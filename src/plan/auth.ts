import type { Model, TenantModel } from '../config/model.js';
import type { Algorithm, IssuerTable, LookupTable } from '../gateway/runtime/tables/auth.js';
import type { AuthPlan, IssuerPlan } from './traffic-types.js';

/** What a public key may sign with: everything but the one algorithm whose key is a secret. */
const BY_PUBLIC_KEY: readonly Algorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Whose word is taken for who calls. */
export function planAuth({ auth, tenants }: Model): AuthPlan {
  const planned = (auth.jwt ?? []).map((one, i, all) => planIssuer(one, all.length === 1 ? 'auth.jwt' : `auth.jwt.${i}`));
  const issuers = planned.sort((a, b) => (a.issuer < b.issuer ? -1 : 1));
  const published = issuers.filter(({ keys }) => keys.kind === 'jwks').map(({ issuer }) => issuer);
  return {
    wanted: Object.keys(auth.clients).length > 0 || issuers.length > 0 || auth.lookup !== undefined,
    environmentKeys: auth.environmentKeys,
    issuers,
    lookup: planLookup(auth.lookup),
    // Clients try them in the order in which they are named (RFC 9728 §2 leaves the choice to them).
    authorizationServers: auth.authorizationServers ?? published,
    claims: [...new Set(Object.values(tenants).flatMap(claimsOf))].sort(),
  };
}

type IssuerModel = NonNullable<Model['auth']['jwt']>[number];

/** @param from one alone may stand without a list */
function planIssuer({ issuer, jwks, secret, audience, algorithms, leeway, maxAge, scopes }: IssuerModel, from: string): IssuerPlan {
  const keys: IssuerTable['keys'] = jwks === undefined ? { kind: 'secret', secret: secret?.secret ?? '' } : { kind: 'jwks', url: jwks };
  return {
    issuer,
    keys,
    audiences: audience ? [...audience].sort() : null,
    algorithms: algorithms ?? (keys.kind === 'secret' ? ['HS256'] : BY_PUBLIC_KEY),
    leeway,
    maxAge: maxAge ?? null,
    scopes: [...scopes].sort(),
    from,
  };
}

function planLookup(lookup: Model['auth']['lookup']): LookupTable | null {
  if (!lookup) return null;
  const { url, cache, header, timeout } = lookup;
  return { url, cache, header: header.toLowerCase(), timeout };
}

/** The claims that a tenant is recognised by, and those that its servers are told. */
function claimsOf({ match, forward }: TenantModel): readonly string[] {
  const told = Object.values(forward?.headers ?? {}).flatMap((source) => (typeof source === 'object' && 'claim' in source ? [source.claim] : []));
  return [...match.flatMap((one) => ('claim' in one ? Object.keys(one.claim) : [])), ...told];
}

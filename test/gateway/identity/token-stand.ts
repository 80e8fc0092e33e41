/** Issuers whose keys are known, and tokens of theirs, for the tests of what is accepted and what is not. */
import type { Principal } from '#src/gateway/runtime/decision/facts.js';
import type { Tables } from '#src/gateway/runtime/decision/lookups.js';
import type { Clock } from '#src/gateway/runtime/process/clock.js';
import { createTokens, type Tokens, type TokensOptions } from '#src/gateway/runtime/identity/tokens.js';
import type { AuthTable, IssuerTable } from '#src/gateway/runtime/tables/auth.js';
import { askedOf, gatewayConfig, tablesOf } from '../../support/gateway-tables.js';
import { base64url, issuerKey, signatureOf, tokenOf, type IssuerKey, type PublicAlgorithm } from '../../support/issuer.js';
import type { Json } from '../../support/planned.js';

export const NOW = 1_800_000_000;
export const ISSUER = 'https://login.example.com';
export const OTHER = 'https://other.example.com/';
export const BY_SECRET = 'https://own.example.com';
export const SECRET = 'a secret of at least thirty-two bytes';
export const ALGORITHMS: readonly PublicAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
export const KEYS = Object.fromEntries(ALGORITHMS.map((algorithm) => [algorithm, issuerKey(algorithm, algorithm)])) as Record<PublicAlgorithm, IssuerKey>;
export const RS = KEYS.RS256;
export const ES = KEYS.ES256;
export const OTHERS = issuerKey('RS256', 'RS256');

export const issuer = (more: Partial<IssuerTable>): IssuerTable => ({
  issuer: ISSUER,
  keys: { kind: 'jwks', url: `${ISSUER}/keys` },
  audiences: ['gateway', 'https://gw.example.com'],
  algorithms: ALGORITHMS,
  leeway: 30_000,
  maxAge: null,
  scopes: [],
  ...more,
});
const plain = tablesOf(gatewayConfig());
export function tablesWith(auth: Partial<AuthTable>): Tables {
  return { ...plain, raw: { ...plain.raw, publicUrl: 'https://gw.example.com', auth: { ...plain.raw.auth, wanted: true, ...auth } } };
}
export const ISSUERS = [
  issuer({}),
  issuer({ issuer: OTHER, keys: { kind: 'jwks', url: `${OTHER}keys` }, algorithms: ['RS256'] }),
  issuer({ issuer: BY_SECRET, keys: { kind: 'secret', secret: 'HS' }, algorithms: ['HS256'] }),
];
export const TABLES = tablesWith({ issuers: ISSUERS, claims: ['org', 'groups', 'constructor', 'deep', 'level', 'iss'] });

export type Published = Readonly<Record<string, readonly unknown[]>>;
export const PUBLISHED: Published = { [`${ISSUER}/keys`]: Object.values(KEYS).map(({ jwk }) => jwk), [`${OTHER}keys`]: [OTHERS.jwk] };

/** Each look at it is ten seconds later: an issuer may be asked again at once, and nothing is woken. */
export function hasty(): Clock {
  let now = 0;
  return { now: () => (now += 10_000), random: () => 0.5, after: () => () => {} };
}

export function tokensOf(tables: Tables = TABLES, published: Published = PUBLISHED, more: Partial<TokensOptions> = {}): Tokens {
  const fetch = (url: string) => Promise.resolve({ status: 200, headers: {}, text: JSON.stringify({ keys: published[url] }) });
  return createTokens(tables, () => SECRET, null, { log: () => {}, fetch, clock: hasty(), now: () => NOW * 1000, ...more });
}

let tag = 0;
/** Of a request to `/mcp/search`; what has been judged before is judged anew. */
export async function judged(tokens: Tokens, token: string): Promise<Principal> {
  return tokens.judge(token, `#${tag++}`, askedOf(TABLES));
}
export const TOKENS = tokensOf();
export const whyNot = async (token: string, tokens = TOKENS): Promise<string> => {
  const principal = await judged(tokens, token);
  return principal.kind === 'invalid' ? (principal.why ?? '') : principal.kind;
};

export const CLAIMS: Json = { iss: ISSUER, aud: 'gateway', sub: 'ann', exp: NOW + 600 };
export const good = (claims: Json = {}, header: Json = {}, key = RS): string => tokenOf(key, { ...CLAIMS, ...claims }, header);
/** Signed by the issuer's own key, whatever the texts are. */
export function raw(header: string, claims: string, key = RS): string {
  const text = `${base64url(header)}.${base64url(claims)}`;
  return `${text}.${signatureOf(key, text)}`;
}
export const HEADER = JSON.stringify({ alg: 'RS256', kid: 'RS256' });
export const BODY = JSON.stringify(CLAIMS);


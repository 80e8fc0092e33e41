/** Who is believed about who calls: issuers, an authorization API, networks. What clashes between them is found in `../identity-consistency.ts`. */
import { z } from 'zod';
import { credentialHeader } from './headers.js';
import { object } from './later.js';
import { cidr, duration, secret, text } from './scalars.js';
import { oneOf } from './unions.js';
import { isIssuerUrl, trustedUrl } from './urls.js';

const networks = z.array(cidr, { error: 'expected a list of networks, such as ["10.0.0.0/8"]' }).min(1, { error: 'expected at least one network' });
export const allow = object({ cidrs: networks });

/** One text, or a list of them; of one text that is wrong it is said what is wrong, not that it is no list. */
function oneOrMore<S extends z.ZodType<string>>(one: S, wanted: string, word: string) {
  return z.union([one.transform((value) => [value]), z.array(one).min(1, { error: `expected at least one ${word}` })], {
    error: ({ input }) => (typeof input === 'string' ? `expected ${wanted}; got ${JSON.stringify(input)}` : `expected ${wanted}, or a list of them`),
  });
}

/** It may become a scope of a challenge (RFC 6749 §3.3), and one of several that a comma separates in an environment key. */
const A_PERMISSION = 'a permission: visible ASCII without blanks, commas, quotes and backslashes, such as "tools:write"';
export const permission = text(/^[!#-+\--[\]-~]{1,100}$/, A_PERMISSION);
/** One that stands without a list. */
export const permissions = oneOrMore(permission, A_PERMISSION, 'permission');
const AN_AUDIENCE = 'an audience: text without blanks, such as "https://mcp.acme.com/mcp/search"';
const audience = text(/^[!-~]{1,500}$/, AN_AUDIENCE);

const JWT_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'HS256'] as const;

const issuer = object({
  issuer: text(/^[!-~]{1,500}$/, 'the `iss` of its tokens, such as "https://id.acme.com"'),
  jwks: trustedUrl('https://id.acme.com/jwks.json').optional(),
  secret: secret.optional(),
  audience: oneOrMore(audience, AN_AUDIENCE, 'audience').optional(),
  algorithms: z.array(z.enum(JWT_ALGORITHMS)).min(1, { error: 'expected at least one algorithm' }).optional(),
  leeway: duration.refine((time) => time <= 300_000, { error: 'expected at most 5m: a longer leeway keeps tokens alive that have expired' }).default(30_000),
  maxAge: duration.optional(),
  scopes: z.array(permission).default([]),
});

export const jwt = oneOf([issuer.transform((one) => [one]), z.array(issuer).min(1, { error: 'expected at least one issuer' })], {
  error: "expected { issuer, jwks } or { issuer, secret }, or a list of them",
});

export const lookup = object({
  url: trustedUrl('https://id.acme.com/tenant'),
  cache: duration.default(60_000),
  header: credentialHeader.default('authorization'),
  timeout: duration.default(2000),
});

export const authorizationServers = z
  .array(
    z.string({ error: 'expected a URL' }).refine(isIssuerUrl, {
      error: ({ input }) => `expected an https URL without query or fragment, such as "https://id.acme.com"; got ${JSON.stringify(input)}`,
    }),
  )
  .min(1, { error: 'expected at least one authorization server' });

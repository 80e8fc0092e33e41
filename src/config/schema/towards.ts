/** What servers are told: the gateway's own credentials, and what it says of its callers. */
import { z } from 'zod';
import { changedHeader, credentialHeader, headerValue, isFixed } from './headers.js';
import { permission } from './identity.js';
import { object } from './later.js';
import { secret, text } from './scalars.js';
import { oneOf } from './unions.js';
import { trustedUrl } from './urls.js';

const textOr = (written: z.ZodType<string, string>, what: string) => z.union([written, secret], { error: `expected ${what} or secret('NAME')` });
/** Text that stands in a form or in HTTP Basic. */
const plain = (what: string) => text(/^[!-~]{1,500}$/, what);

const certificate = textOr(text(/^\s*-----BEGIN [A-Z0-9 ]+-----[\s\S]+-----END [A-Z0-9 ]+-----\s*$/, 'PEM text (-----BEGIN CERTIFICATE-----…)'), 'PEM text');

const auth = oneOf(
  [
    object({ bearer: secret }),
    object({ header: credentialHeader, secret, scheme: text(/^[A-Za-z][A-Za-z0-9._-]*$/, 'a scheme, such as "Basic"').optional() }),
  ],
  { error: "expected { bearer: secret('NAME') } or { header, secret: secret('NAME') }" },
);

export const upstream = object({
  headers: z.record(changedHeader, textOr(headerValue, 'text')).default({}),
  auth: auth.optional(),
  tls: object({ ca: certificate.optional(), cert: certificate.optional(), key: secret.optional() }).optional(),
  exchange: object({
    url: trustedUrl('https://id.acme.com/token'),
    client: object({ id: plain('a client id'), secret: secret.optional() }),
    audience: plain('an audience, such as "https://crm.acme.com"').optional(),
    scopes: z.array(permission).default([]),
    grant: z.enum(['token-exchange', 'id-jag']),
  }).optional(),
});

export const claimName = text(/^[^\0\r\n]{1,200}$/, 'the name of a claim, such as "email"');
const begin = 'what header names begin with: letters and digits, and a dash at the end, such as "X-TB-"';
const prefix = text(/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?-$/, begin).refine(
  (written) => !['Tenant-ID', 'Timestamp', 'Signature'].some((name) => isFixed(written + name)),
  { error: ({ input }) => `${JSON.stringify(input)} begins headers that belong to MCP, to HTTP or to the gateway itself; such as "X-TB-" does not` },
);

export const forward = object({
  signed: object({ prefix, secret }).optional(),
  bearer: object({ audience: plain('an audience, such as "https://crm.acme.com"') }).optional(),
  headers: z
    .record(
      changedHeader,
      oneOf([headerValue, object({ claim: claimName }), object({ fact: z.enum(['tenant', 'client', 'subject']) })], {
        error: "expected text, { claim: 'name' } or { fact: 'tenant' | 'client' | 'subject' }",
      }),
    )
    .default({}),
});

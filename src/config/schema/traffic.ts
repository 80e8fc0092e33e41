import { z } from 'zod';
import { BALANCES } from '../language/strategies.js';
import { allow, authorizationServers, jwt, lookup, permission } from './identity.js';
import { itemRule } from './item-rules.js';
import { later, object } from './later.js';
import { declares, ref } from './names.js';
import { about, count, day, described, duration, hostName, line, percentage, rate, secret, whole, word } from './scalars.js';
import { claimName, forward } from './towards.js';
import { oneOf } from './unions.js';

const pattern = described<`${string}://${string}`>(z.string({ error: 'expected an origin, such as "https://app.acme.com"' }));
const patterns = z.union(
  [
    pattern.transform((one) => ({ list: [one], isList: false })),
    z.array(pattern).min(1, { error: 'expected at least one origin' }).transform((list) => ({ list, isList: true })),
  ],
  { error: 'expected an origin, such as "https://app.acme.com", or a list of them' },
);

/** One shape for every spelling; `place` tells where below the entry each origin was written. */
export interface OriginShape {
  readonly origins: readonly string[];
  readonly preset: 'any-https' | 'ngrok' | null;
  readonly owner: string | null;
  readonly reviewBy: string | null;
  readonly note: string | null;
  readonly place: { readonly key: '' | '.origin'; readonly isList: boolean };
}
const PLAIN: OriginShape = { origins: [], preset: null, owner: null, reviewBy: null, note: null, place: { key: '', isList: false } };

/** What an origin means, and whether it may, is decided in `plan/origins.ts`. */
export const origin = oneOf(
  [
    patterns.transform(({ list, isList }): OriginShape => ({ ...PLAIN, origins: list, place: { key: '', isList } })),
    object({ origin: patterns, owner: line.optional(), reviewBy: day.optional(), note: line.optional() }).transform(
      ({ origin: { list, isList }, owner = null, reviewBy = null, note = null }): OriginShape => {
        return { ...PLAIN, origins: list, owner, reviewBy, note, place: { key: '.origin', isList } };
      },
    ),
    object({ preset: z.enum(['any-https', 'ngrok']) }).transform(({ preset }): OriginShape => ({ ...PLAIN, preset })),
  ],
  { error: 'expected an origin such as "https://app.acme.com", a list of them, { origin, owner, reviewBy, note } or { preset }' },
);

const MATCHES = 'expected one of { client }, { host }, { path: true }, { claim } and { lookup }';
/** A claim is compared as text: numbers and booleans as JSON writes them. */
const claims = z
  .record(claimName, line, { error: 'expected claims and their values, such as { org_id: "acme" }' })
  .refine((all) => Object.keys(all).length > 0, { error: 'expected at least one claim' });
const match = oneOf(
  [
    object({ client: ref('client') }),
    object({ host: hostName }),
    object({ path: z.literal(true) }),
    object({ claim: claims }),
    object({ lookup: word.refine((answer) => answer.length <= 200, { error: 'expected at most 200 characters' }) }),
  ],
  { error: MATCHES },
);

export const tenant = object({
  ...about,
  match: oneOf([match.transform((one) => [one]), z.array(match).min(1, { error: 'expected at least one match' })], {
    error: `${MATCHES}, or a list of them`,
  }),
  servers: z.union([z.literal('*'), z.array(ref('server'))], { error: "expected a list of servers, or '*'" }).default([]),
  origins: z.array(ref('origin')).optional(),
  rate: rate.optional(),
  streams: count().optional(),
  sessions: count().optional(),
  allow: allow.optional(),
  tools: z.array(itemRule, { error: "expected a list of rules, such as [{ deny: 'files.delete_*' }, { allow: '*' }]" }).optional(),
  forward: forward.optional(),
  isolation: later('T'),
});

export const strategy = object({
  balance: z.enum(BALANCES),
  retries: whole(0, 5, 'a number of retries').default(0),
  timeouts: object({
    connect: duration.optional(),
    firstByte: duration.optional(),
    response: duration.optional(),
    idleStream: duration.optional(),
  }).prefault({}),
  breaker: object({ failures: count(1000).default(5), window: duration.default(30_000), cooldown: duration.default(30_000) }).optional(),
  ejection: object({ max: percentage.default(0.5) }).prefault({}),
  by: z.enum(['tenant', 'principal']).optional(),
  prefer: z.literal('region', { error: "expected 'region'" }).optional(),
});

export const client = object({
  keys: z.array(secret).min(1, { error: 'expected at least one key' }),
  permissions: z.array(permission).default([]),
  rotateBy: day.optional(),
});

export const auth = object({
  clients: declares('client', client).default({}),
  environmentKeys: z.boolean().default(false),
  jwt: jwt.optional(),
  lookup: lookup.optional(),
  authorizationServers: authorizationServers.optional(),
});

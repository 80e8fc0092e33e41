import { z } from 'zod';
import { BALANCES } from '../language/strategies.js';
import { about, count, day, duration, hostName, line, percentage, rate, secret, whole } from './scalars.js';

const pattern = z.string({ error: 'expected an origin, such as "https://app.acme.com"' });
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
export const origin = z.union(
  [
    patterns.transform(({ list, isList }): OriginShape => ({ ...PLAIN, origins: list, place: { key: '', isList } })),
    z
      .strictObject({ origin: patterns, owner: line.optional(), reviewBy: day.optional(), note: line.optional() })
      .transform(({ origin: { list, isList }, owner = null, reviewBy = null, note = null }): OriginShape => {
        return { ...PLAIN, origins: list, owner, reviewBy, note, place: { key: '.origin', isList } };
      }),
    z.strictObject({ preset: z.enum(['any-https', 'ngrok']) }).transform(({ preset }): OriginShape => ({ ...PLAIN, preset })),
  ],
  { error: 'expected an origin such as "https://app.acme.com", a list of them, { origin, owner, reviewBy, note } or { preset }' },
);

const match = z.union(
  [z.strictObject({ client: z.string() }), z.strictObject({ host: hostName }), z.strictObject({ path: z.literal(true) })],
  { error: 'expected one of { client }, { host } and { path: true }' },
);

export const tenant = z.strictObject({
  ...about,
  match: z.union([match.transform((one) => [one]), z.array(match).min(1, { error: 'expected at least one match' })], {
    error: 'expected one of { client }, { host } and { path: true }, or a list of them',
  }),
  servers: z.union([z.literal('*'), z.array(z.string())], { error: "expected a list of servers, or '*'" }).default([]),
  origins: z.array(z.string()).optional(),
  rate: rate.optional(),
  streams: count().optional(),
  sessions: count().optional(),
});

export const strategy = z.strictObject({
  balance: z.enum(BALANCES),
  retries: whole(0, 5, 'a number of retries').default(0),
  timeouts: z
    .strictObject({ connect: duration.optional(), firstByte: duration.optional(), response: duration.optional(), idleStream: duration.optional() })
    .prefault({}),
  breaker: z
    .strictObject({ failures: count(1000).default(5), window: duration.default(30_000), cooldown: duration.default(30_000) })
    .optional(),
  ejection: z.strictObject({ max: percentage.default(0.5) }).prefault({}),
  by: z.enum(['tenant', 'principal']).optional(),
  prefer: z.literal('region', { error: "expected 'region'" }).optional(),
});

export const client = z.strictObject({
  keys: z.array(secret).min(1, { error: 'expected at least one key' }),
  permissions: z.array(line).default([]),
  rotateBy: day.optional(),
});

export const auth = z.strictObject({ clients: z.record(z.string(), client).default({}) });

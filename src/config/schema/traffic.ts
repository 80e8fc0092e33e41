import { z } from 'zod';
import { about, count, day, hostName, line, rate, secret } from './scalars.js';

const pattern = z.string({ error: 'expected an origin, such as "https://app.acme.com"' });
const patterns = z.union([pattern.transform((one) => [one]), z.array(pattern).min(1, { error: 'expected at least one origin' })], {
  error: 'expected an origin, such as "https://app.acme.com", or a list of them',
});

/** Every spelling of an origin in one shape. What an origin means, and whether it may, is decided in `plan/origins.ts`. */
export const origin = z.union(
  [
    patterns.transform((origins) => ({ origins, preset: null, owner: null, reviewBy: null, note: null })),
    z
      .strictObject({ origin: patterns, owner: line.optional(), reviewBy: day.optional(), note: line.optional() })
      .transform(({ origin: origins, owner, reviewBy, note }) => ({ origins, preset: null, owner: owner ?? null, reviewBy: reviewBy ?? null, note: note ?? null })),
    z.strictObject({ preset: z.enum(['any-https', 'ngrok']) }).transform(({ preset }) => ({ origins: [], preset, owner: null, reviewBy: null, note: null })),
  ],
  { error: 'expected an origin such as "https://app.acme.com", a list of them, { origin, owner, reviewBy, note } or { preset }' },
);

const match = z.union(
  [z.strictObject({ client: z.string() }), z.strictObject({ host: hostName }), z.strictObject({ path: z.literal(true) })],
  { error: 'expected one of { client }, { host } and { path: true }' },
);

export const tenant = z.strictObject({
  ...about,
  match: z.union([match.transform((one) => [one]), z.array(match).min(1)], { error: 'expected one of { client }, { host } and { path: true }, or a list of them' }),
  servers: z.union([z.literal('*'), z.array(z.string())], { error: "expected a list of servers, or '*'" }).default([]),
  origins: z.array(z.string()).optional(),
  rate: rate.optional(),
  streams: count.optional(),
  sessions: count.optional(),
});

export const strategy = z.strictObject({ balance: z.enum(['round-robin', 'least-connections']) });

export const auth = z.strictObject({
  clients: z
    .record(
      z.string(),
      z.strictObject({ keys: z.array(secret).min(1, { error: 'expected at least one key' }), permissions: z.array(line).default([]), rotateBy: day.optional() }),
    )
    .default({}),
});

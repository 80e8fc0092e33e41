import { z } from 'zod';
import { REVISIONS } from '../language/revisions.js';
import { day, hostName, httpPath, line, whole } from './scalars.js';

const request = z
  .strictObject({
    server: z.string().optional(),
    path: httpPath.optional(),
    origin: line.optional(),
    host: hostName.optional(),
    method: z.string().optional(),
    revision: z.enum(REVISIONS).optional(),
    as: z.union([z.strictObject({ client: z.string() }), z.strictObject({ tenant: z.string() })], { error: 'expected { client } or { tenant }' }).optional(),
    address: z.union([z.ipv4(), z.ipv6()], { error: 'expected an IP address' }).default('192.0.2.1'),
  })
  .refine(({ server, path }) => (server === undefined) !== (path === undefined), { error: 'expected exactly one of server and path' });

export const policy = z.strictObject({
  rules: z.record(z.string(), z.enum(['error', 'warn', 'info', 'off'], { error: "expected 'error', 'warn', 'info' or 'off'" })).default({}),
  suppress: z
    .array(z.strictObject({ rule: z.string(), path: z.string(), reason: z.string(), until: day.optional(), owner: line.optional() }))
    .default([]),
  expect: z
    .array(z.strictObject({ request, decision: z.enum(['allow', 'deny']), status: whole(100, 599, 'an HTTP status').optional() }))
    .default([]),
});

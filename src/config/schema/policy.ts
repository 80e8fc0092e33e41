import { z } from 'zod';
import { REVISIONS } from '../language/revisions.js';
import { later, object } from './later.js';
import { ref } from './names.js';
import { day, hostName, httpPath, line, whole } from './scalars.js';
import { oneOf } from './unions.js';

const principal = oneOf([object({ client: ref('client') }), object({ tenant: ref('tenant') }), later('C', 'claims')], {
  error: 'expected { client } or { tenant }',
});

const request = object({
  server: ref('server').optional(),
  path: httpPath.optional(),
  origin: line.optional(),
  host: hostName.optional(),
  method: z.string().optional(),
  revision: z.enum(REVISIONS).optional(),
  as: principal.optional(),
  tool: later('C'),
  args: later('C'),
  address: z.union([z.ipv4(), z.ipv6()], { error: 'expected an IP address' }).default('192.0.2.1'),
}).refine(({ server, path }) => (server === undefined) !== (path === undefined), { error: 'expected exactly one of server and path' });

const level = z
  .enum(['error', 'warning', 'warn', 'info', 'off'], { error: "expected 'error', 'warning', 'info' or 'off'" })
  .transform((written) => (written === 'warning' ? 'warn' : written));

export const policy = object({
  rules: z.record(z.string(), level).default({}),
  suppress: z
    .array(object({ rule: z.string(), path: z.string(), reason: z.string(), until: day.optional(), owner: line.optional() }))
    .default([]),
  expect: z
    .array(object({ request, decision: z.enum(['allow', 'deny']), status: whole(100, 599, 'an HTTP status').optional() }))
    .default([]),
  load: later('T'),
});

import { z } from 'zod';
import { DEFAULT_REVISIONS, REVISIONS } from '../language/revisions.js';
import { headerValue } from './headers.js';
import { allow } from './identity.js';
import { later, object } from './later.js';
import { cidr, count, duration, headerName, hostName, listenHost, percentage, port, rate, secret, size, text, absolutePath } from './scalars.js';
import { resources } from './servers.js';
import { tagged } from './unions.js';
import { collectorUrl, publicUrl } from './urls.js';

const limits = object({
  body: size.default(4 * 2 ** 20),
  headers: size.default(16 * 2 ** 10),
  depth: count().default(64),
  streams: count().default(2000),
  sessions: count().default(10_000),
  perAddress: rate.default({ tokens: 100, window: 1000 }),
  toolNames: count(10_000).default(64),
  perClient: object({ rate: rate.optional(), streams: count().optional(), fromEnvironment: z.boolean().default(false) }).prefault({}),
});

const timeouts = object({
  connect: duration.default(2000),
  firstByte: duration.default(60_000),
  response: duration.default(600_000),
  idleStream: duration.default(300_000),
  keepAlive: duration.default(15_000),
  drain: duration.default(25_000),
});

/** nginx reads `$` in a path as a variable and knows no way to write one. */
const nginxPath = absolutePath.refine((path) => !path.includes('$'), { error: 'expected a path without $, which nginx reads as a variable' });

const tls = tagged('at', [
  object({ at: z.literal('platform') }),
  object({ at: z.literal('nginx'), certificate: nginxPath, key: nginxPath, acme: later('T') }),
]);

const REFERRER = [
  ...(['no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin'] as const),
  ...(['origin-when-cross-origin', 'strict-origin-when-cross-origin'] as const),
];
/** RFC 6797 §6.1. */
const hsts = text(/^max-age=\d{1,10}(; ?includeSubDomains)?(; ?preload)?$/, 'its value, such as "max-age=31536000; includeSubDomains"');
const written = headerValue.refine((value) => value.trim() !== '', { error: 'expected text, or false to leave the header out' });
const orFalse = <S extends z.ZodType>(value: S, what: string) =>
  z.union([value, z.literal(false)], { error: `expected ${what}, or false to leave the header out` });
/** Nothing here is a page, so nothing may be loaded or framed (OWASP REST Security, Security Headers). */
export const SAFE_HEADERS = { csp: "default-src 'none'; frame-ancestors 'none'", frame: 'DENY', referrer: 'no-referrer' } as const;
const securityHeaders = object({
  hsts: orFalse(hsts, 'text such as "max-age=31536000"').optional(),
  csp: orFalse(written, 'a policy').default(SAFE_HEADERS.csp),
  frame: orFalse(z.enum(['DENY', 'SAMEORIGIN']), "'DENY', 'SAMEORIGIN'").default(SAFE_HEADERS.frame),
  referrer: orFalse(z.enum(REFERRER), "a referrer policy such as 'no-referrer'").default(SAFE_HEADERS.referrer),
  permissions: orFalse(written, 'a policy').optional(),
});

export const gateway = object({
  url: publicUrl.optional(),
  hosts: z.union([z.array(hostName), z.literal('any')], { error: "expected a list of host names, or 'any'" }).default([]),
  listen: object({ host: listenHost.optional(), port: port.default(8080) }).prefault({}),
  replicas: count(1000).default(1),
  workers: count(64).default(1),
  resources: resources.prefault({}),
  autoscale: later('T'),
  machine: later('T'),
  trustedProxies: z.array(cidr).default([]),
  requireOrigin: z.boolean().default(false),
  originFallback: z.enum(['none', 'forwarded']).default('none'),
  allow: allow.optional(),
  limits: limits.prefault({}),
  timeouts: timeouts.prefault({}),
  revisions: z.array(z.enum(REVISIONS)).min(1, { error: 'expected at least one revision' }).default([...DEFAULT_REVISIONS]),
  sessionKeys: z.array(secret).default([]),
  sessionTtl: duration.default(86_400_000),
  tls: tls.default({ at: 'platform' }),
  cors: object({
    credentials: z.boolean().default(false),
    maxAge: duration.default(600_000),
    exposeHeaders: z.array(headerName).default([]),
    allowHeaders: z.array(headerName).default([]),
  }).prefault({}),
  headers: securityHeaders.prefault({}),
  unified: later('O'),
  rest: later('O'),
  admin: object({
    port: port.default(9180),
    host: listenHost.optional(),
    readToken: secret.optional(),
    writeToken: secret.optional(),
    allow: allow.optional(),
  }).optional(),
  runtimeAdditions: later('O'),
  log: object({
    level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
    requests: z.boolean().default(true),
    audit: z.boolean().default(true),
  }).prefault({}),
  traces: object({ otlp: collectorUrl, sample: percentage.default(1) }).optional(),
});

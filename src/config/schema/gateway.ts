import { z } from 'zod';
import { DEFAULT_REVISIONS, REVISIONS } from '../language/revisions.js';
import { urlOf } from '../url.js';
import { cidr, count, duration, headerName, hostName, listenHost, percentage, port, rate, secret, size, absolutePath } from './scalars.js';
import { resources } from './servers.js';

const publicUrl = z.string({ error: 'expected a URL, such as "https://mcp.acme.com"' }).transform((text, context) => {
  const url = urlOf(text);
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash && url.pathname === '/';
  if (url && isPlain) return url.origin;
  const message = `expected an http or https URL with nothing behind the host, such as "https://mcp.acme.com"; got ${JSON.stringify(text)}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** The collector's address; OpenTelemetry adds the signal's path to a base (OTLP/HTTP Request). */
const collectorUrl = z.string({ error: 'expected a URL, such as "https://otel.acme.com:4318"' }).transform((text, context) => {
  const url = urlOf(text);
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.hash) {
    return url.pathname === '/' ? `${url.origin}/v1/traces${url.search}` : url.href;
  }
  const message = `expected an http or https URL without credentials, such as "https://otel.acme.com:4318"; got ${JSON.stringify(text)}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const limits = z.strictObject({
  body: size.default(4 * 2 ** 20),
  headers: size.default(16 * 2 ** 10),
  depth: count().default(64),
  streams: count().default(2000),
  sessions: count().default(10_000),
  perAddress: rate.default({ tokens: 20, window: 1000 }),
  toolNames: count(10_000).default(64),
});

const timeouts = z.strictObject({
  connect: duration.default(2000),
  firstByte: duration.default(60_000),
  response: duration.default(600_000),
  idleStream: duration.default(300_000),
  keepAlive: duration.default(15_000),
  drain: duration.default(25_000),
});

/** nginx reads `$` in a path as a variable and knows no way to write one. */
const nginxPath = absolutePath.refine((path) => !path.includes('$'), { error: 'expected a path without $, which nginx reads as a variable' });

const tls = z.discriminatedUnion('at', [
  z.strictObject({ at: z.literal('platform') }),
  z.strictObject({ at: z.literal('nginx'), certificate: nginxPath, key: nginxPath }),
]);

export const gateway = z.strictObject({
  url: publicUrl.optional(),
  hosts: z.union([z.array(hostName), z.literal('any')], { error: "expected a list of host names, or 'any'" }).default([]),
  listen: z.strictObject({ host: listenHost.optional(), port: port.default(8080) }).prefault({}),
  replicas: count(1000).default(1),
  resources: resources.prefault({}),
  trustedProxies: z.array(cidr).default([]),
  requireOrigin: z.boolean().default(false),
  originFallback: z.enum(['none', 'forwarded']).default('none'),
  limits: limits.prefault({}),
  timeouts: timeouts.prefault({}),
  revisions: z.array(z.enum(REVISIONS)).min(1, { error: 'expected at least one revision' }).default([...DEFAULT_REVISIONS]),
  sessionKeys: z.array(secret).default([]),
  sessionTtl: duration.default(86_400_000),
  tls: tls.default({ at: 'platform' }),
  cors: z
    .strictObject({
      credentials: z.boolean().default(false),
      maxAge: duration.default(600_000),
      exposeHeaders: z.array(headerName).default([]),
      allowHeaders: z.array(headerName).default([]),
    })
    .prefault({}),
  admin: z.strictObject({ port: port.default(9180), host: listenHost.optional(), readToken: secret.optional(), writeToken: secret.optional() }).optional(),
  log: z
    .strictObject({
      level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
      requests: z.boolean().default(true),
      audit: z.boolean().default(true),
    })
    .prefault({}),
  traces: z.strictObject({ otlp: collectorUrl, sample: percentage.default(1) }).optional(),
});

import { isIP } from 'node:net';
import { z } from 'zod';
import { choice, later, object } from './later.js';
import { dnsLabel, hostName, imageReference, port, size, text } from './scalars.js';
import { tagged } from './unions.js';

type ReleaseLine = '1.22' | '1.26' | '1.30';
/** What is generated has been run on 1.22 and newer. */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 22);
}

const nginx = object({
  version: text<ReleaseLine | `${number}.${number}.${number}`>(
    /^(1\.22|1\.26|1\.30|\d+\.\d+\.\d+)$/,
    'a release line (1.22, 1.26, 1.30) or an exact version such as 1.30.6',
  )
    .refine(isSupported, { error: 'expected nginx 1.22 or newer' })
    .default('1.30'),
  mode: choice(['edge', later('T', 'direct')]).default('edge'),
  run: z.enum(['container', 'service']).default('container'),
  listen: port.optional(),
  snippets: later('T'),
  patch: later('T'),
});

const compose = object({
  project: dnsLabel.optional(),
  publish: object({
    address: z.string().refine((written) => isIP(written) !== 0, { error: 'expected an address of this machine, such as "0.0.0.0"' }).default('127.0.0.1'),
    port: port.optional(),
  }).prefault({}),
  expose: port.optional(),
  profiles: later('T'),
  patch: later('T'),
});

/** Gateway API, SectionName: a DNS subdomain. */
const listenerName = text(
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
  'the name of a listener: lower case letters, digits, dashes and dots',
);

const exposure = tagged('kind', [
  object({
    kind: z.literal('gateway-api'),
    parent: object({ name: dnsLabel, namespace: dnsLabel.optional(), sectionName: listenerName.optional() }).optional(),
    gatewayClass: dnsLabel.optional(),
  }).refine(({ parent, gatewayClass }) => (parent === undefined) !== (gatewayClass === undefined), {
    error: 'expected exactly one of parent and gatewayClass',
  }),
  object({ kind: z.literal('none') }),
  later('T', 'ingress', 'load-balancer', 'alb'),
]);

/** The longest name that is made with it has a Service and a namespace in front, and all of it at most 253 characters (RFC 1123 §2.1). */
const clusterDomain = hostName.refine((name) => name.length <= 150, { error: 'expected a domain of at most 150 characters, such as "cluster.local"' });

const kubernetes = object({
  version: text<`1.${number}`>(/^1\.(3\d|[4-9]\d)$/, 'a Kubernetes version from 1.30, such as 1.34').default('1.34'),
  namespace: dnsLabel.optional(),
  clusterDomain: clusterDomain.default('cluster.local'),
  exposure: exposure.default({ kind: 'none' }),
  storageClass: dnsLabel.optional(),
  pullSecrets: z.array(dnsLabel).default([]),
  issuer: later('T'),
  secrets: later('T'),
  serviceMonitor: later('T'),
  patch: later('T'),
});

const fly = object({
  app: dnsLabel.optional(),
  region: text(/^[a-z]{3}$/, 'a Fly region of three letters, such as "ord"'),
  org: dnsLabel.optional(),
  vm: object({
    size: text(/^(shared-cpu|performance)-\d+x$/, 'a Fly machine size, such as "shared-cpu-1x"').default('shared-cpu-1x'),
    memory: size.default(512 * 2 ** 20),
  }).prefault({}),
  scaleToZero: z.boolean().default(false),
  regions: later('T'),
  patch: later('T'),
});

export const targets = object({
  nginx: nginx.optional(),
  compose: compose.optional(),
  kubernetes: kubernetes.optional(),
  fly: fly.optional(),
  aws: later('T'),
  monitoring: later('T'),
  clients: later('T'),
  registry: later('U'),
});

export const images = object({
  node: imageReference.optional(),
  nginx: imageReference.optional(),
  prometheus: later('T'),
  grafana: later('T'),
  redis: later('T'),
});

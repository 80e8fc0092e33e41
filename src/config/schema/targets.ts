import { z } from 'zod';
import { dnsLabel, imageReference, port, size, text } from './scalars.js';

/** What is generated has been run on 1.22 and newer. */
function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 22);
}

const nginx = z.strictObject({
  version: text(/^(1\.22|1\.26|1\.30|\d+\.\d+\.\d+)$/, 'a release line (1.22, 1.26, 1.30) or an exact version such as 1.30.6')
    .refine(isSupported, { error: 'expected nginx 1.22 or newer' })
    .default('1.30'),
  mode: z.literal('edge').default('edge'),
  listen: port.optional(),
});

const compose = z.strictObject({ project: dnsLabel.optional(), expose: port.default(8080) });

const exposure = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('gateway-api'),
      parent: z.strictObject({ name: dnsLabel, namespace: dnsLabel.optional() }).optional(),
      gatewayClass: dnsLabel.optional(),
    })
    .refine(({ parent, gatewayClass }) => (parent === undefined) !== (gatewayClass === undefined), {
      error: 'expected exactly one of parent and gatewayClass',
    }),
  z.strictObject({ kind: z.literal('none') }),
]);

const kubernetes = z.strictObject({
  version: text(/^1\.(3\d|[4-9]\d)$/, 'a Kubernetes version from 1.30, such as 1.34').default('1.34'),
  namespace: dnsLabel.optional(),
  exposure: exposure.default({ kind: 'none' }),
  storageClass: dnsLabel.optional(),
  pullSecrets: z.array(dnsLabel).default([]),
});

const fly = z.strictObject({
  app: dnsLabel.optional(),
  region: text(/^[a-z]{3}$/, 'a Fly region of three letters, such as "ord"'),
  org: dnsLabel.optional(),
  vm: z
    .strictObject({
      size: text(/^(shared-cpu|performance)-\d+x$/, 'a Fly machine size, such as "shared-cpu-1x"').default('shared-cpu-1x'),
      memory: size.default(512 * 2 ** 20),
    })
    .prefault({}),
  scaleToZero: z.boolean().default(false),
});

export const targets = z.strictObject({
  nginx: nginx.optional(),
  compose: compose.optional(),
  kubernetes: kubernetes.optional(),
  fly: fly.optional(),
});

export const images = z.strictObject({ node: imageReference.optional(), nginx: imageReference.optional() });

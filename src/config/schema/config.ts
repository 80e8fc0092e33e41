import { z } from 'zod';
import { gateway } from './gateway.js';
import { policy } from './policy.js';
import { about, dnsLabel } from './scalars.js';
import { server } from './servers.js';
import { images, targets } from './targets.js';
import { auth, origin, strategy, tenant } from './traffic.js';

/** One deployment, with its overlay applied: what `mcp.config.ts` says, without its `environments`. */
export const deployment = z.strictObject({
  name: dnsLabel,
  profile: z.enum(['production', 'local']).optional(),
  ...about,
  gateway: gateway.prefault({}),
  auth: auth.prefault({}),
  servers: z
    .record(z.string(), server, { error: 'expected at least one server' })
    .refine((servers) => Object.keys(servers).length > 0, { error: 'expected at least one server' }),
  origins: z.record(z.string(), origin).default({}),
  tenants: z.record(z.string(), tenant).default({}),
  strategies: z.record(z.string(), strategy).default({}),
  targets: targets.prefault({}),
  images: images.prefault({}),
  policy: policy.prefault({}),
});

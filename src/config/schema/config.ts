import { z } from 'zod';
import { BALANCES, isBalance } from '../language/strategies.js';
import { gateway } from './gateway.js';
import { later, object } from './later.js';
import { declares } from './names.js';
import { policy } from './policy.js';
import { about, dnsLabel } from './scalars.js';
import { server } from './servers.js';
import { images, targets } from './targets.js';
import { auth, origin, strategy, tenant } from './traffic.js';

const GENERATED = ['gateway', 'gateway-admin', 'nginx'];
const isGenerated = (name: string): string | null => (GENERATED.includes(name) ? 'the name of a generated service; choose another' : null);

/** `weighted: { balance: 'weighted', retries: 2 }` gives the built-in one settings; with another balance it would not be what its name says. */
function isAnotherBalance(name: string, entry: unknown): string | null {
  const balance = typeof entry === 'object' && entry !== null && 'balance' in entry ? entry.balance : null;
  const isAnother = isBalance(name) && typeof balance === 'string' && isBalance(balance) && balance !== name;
  return isAnother ? `a built-in strategy; its balance is "${name}", or choose another name` : null;
}

/** One deployment, with its overlay applied: what `mcp.config.ts` says, without its `environments`. */
export const deployment = object({
  name: dnsLabel,
  profile: z.enum(['production', 'local']).optional(),
  ...about,
  gateway: gateway.prefault({}),
  auth: auth.prefault({}),
  servers: declares('server', server, { atLeastOne: true, taken: isGenerated }),
  origins: declares('origin', origin).default({}),
  tenants: declares('tenant', tenant).default({}),
  strategies: declares('strategy', strategy, { builtIn: BALANCES, taken: isAnotherBalance }).default({}),
  toolsets: later('O'),
  companions: later('T'),
  machines: later('T'),
  targets: targets.prefault({}),
  images: images.prefault({}),
  policy: policy.prefault({}),
});

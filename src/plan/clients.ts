import type { Model } from '../config/model.js';
import { sortedEntries } from './sorted-entries.js';
import type { ClientPlan } from './traffic-types.js';

/** Callers that have a key. The order of keys is kept: it is the order in which they were written, not a name's. */
export function planClients({ auth }: Model): ClientPlan[] {
  return sortedEntries(auth.clients).map(([name, { keys, permissions, rotateBy }]) => ({
    name,
    keys: keys.map(({ secret }) => secret),
    permissions: [...permissions].sort(),
    rotateBy: rotateBy ?? null,
    from: `auth.clients.${name}`,
  }));
}

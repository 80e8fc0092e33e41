import type { Model } from '../config/model.js';
import { sortedEntries } from './sorted-entries.js';
import type { SecretPlan, SecretUse } from './types.js';

/** Every secret the deployment needs, with everybody who needs it. */
export function planSecrets(model: Model): SecretPlan[] {
  const uses = new Map<string, SecretUse[]>();
  const add = (name: string, use: SecretUse): void => void uses.set(name, [...(uses.get(name) ?? []), use]);
  for (const [client, { keys, rotateBy }] of sortedEntries(model.auth.clients)) {
    for (const [i, { secret }] of keys.entries()) {
      add(secret, { workload: 'gateway', purpose: 'client-key', subject: client, rotateBy: rotateBy ?? null, from: `auth.clients.${client}.keys.${i}` });
    }
  }
  for (const [i, { secret }] of model.gateway.sessionKeys.entries()) {
    add(secret, { workload: 'gateway', purpose: 'session-key', subject: null, rotateBy: null, from: `gateway.sessionKeys.${i}` });
  }
  for (const key of ['readToken', 'writeToken'] as const) {
    const token = model.gateway.admin?.[key]?.secret;
    if (token !== undefined) add(token, { workload: 'gateway', purpose: 'admin-token', subject: key, rotateBy: null, from: `gateway.admin.${key}` });
  }
  for (const [server, { env }] of sortedEntries(model.servers)) {
    for (const [variable, value] of sortedEntries(env)) {
      const from = `servers.${server}.env.${variable}`;
      if (typeof value !== 'string') add(value.secret, { workload: server, purpose: 'environment', subject: variable, rotateBy: null, from });
    }
  }
  return [...uses].map(([name, uses]) => ({ name, uses })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

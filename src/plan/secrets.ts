import type { Model } from '../config/model.js';
import { entries } from './common.js';
import type { SecretPlan, SecretUse } from './types.js';

/** Every secret the deployment needs, with everybody who needs it. */
export function planSecrets(model: Model): SecretPlan[] {
  const uses = new Map<string, SecretUse[]>();
  const add = (name: string, use: SecretUse): void => void uses.set(name, [...(uses.get(name) ?? []), use]);
  for (const [client, { keys, rotateBy }] of entries(model.auth.clients)) {
    for (const [i, { secret }] of keys.entries()) {
      add(secret, { workload: 'gateway', purpose: 'client-key', subject: client, rotateBy: rotateBy ?? null, from: `auth.clients.${client}.keys.${i}` });
    }
  }
  for (const [i, { secret }] of model.gateway.sessionKeys.entries()) {
    add(secret, { workload: 'gateway', purpose: 'session-key', subject: null, rotateBy: null, from: `gateway.sessionKeys.${i}` });
  }
  const token = model.gateway.admin?.readToken?.secret;
  if (token !== undefined) add(token, { workload: 'gateway', purpose: 'admin-token', subject: null, rotateBy: null, from: 'gateway.admin.readToken' });
  for (const [server, { env }] of entries(model.servers)) {
    for (const [variable, value] of entries(env)) {
      if (typeof value !== 'string') add(value.secret, { workload: server, purpose: 'environment', subject: variable, rotateBy: null, from: `servers.${server}.env.${variable}` });
    }
  }
  return [...uses].map(([name, uses]) => ({ name, uses })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

import type { Model } from '../config/model.js';
import type { SecretPlan, SecretUse } from './infra-types.js';
import type { EnvEntry } from './server-types.js';
import { sortedEntries } from './sorted-entries.js';

/** One use of one secret. */
type NamedUse = SecretUse & { readonly name: string };

/** Every secret that the deployment needs, with everybody who needs it. */
export function planSecrets(model: Model): SecretPlan[] {
  const uses = new Map<string, SecretUse[]>();
  for (const { name, ...use } of [...gatewayUses(model), ...serverUses(model)]) uses.set(name, [...(uses.get(name) ?? []), use]);
  return [...uses].map(([name, uses]) => ({ name, uses })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A secret that a process reads, and where the config says so. */
export interface ReadSecret {
  readonly secret: string;
  readonly from: string;
}

/** Secrets that the gateway process reads, wherever it runs. */
export function gatewaySecrets(model: Model): ReadSecret[] {
  return [...gatewayUses(model)].map(({ name, from }) => ({ secret: name, from }));
}

/** Variables that hold secrets under their own names, each secret once, whoever it is for. */
export function secretVariables(secrets: readonly ReadSecret[]): EnvEntry[] {
  const byName = new Map<string, EnvEntry>();
  for (const { secret, from } of secrets) if (!byName.has(secret)) byName.set(secret, { name: secret, value: { kind: 'secret', secret }, from });
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function* gatewayUses({ auth, gateway }: Model): Iterable<NamedUse> {
  const workload = 'gateway';
  for (const [client, { keys, rotateBy }] of sortedEntries(auth.clients)) {
    for (const [i, { secret }] of keys.entries()) {
      yield { name: secret, workload, purpose: 'client-key', subject: client, rotateBy: rotateBy ?? null, from: `auth.clients.${client}.keys.${i}` };
    }
  }
  for (const [i, { secret }] of gateway.sessionKeys.entries()) {
    yield { name: secret, workload, purpose: 'session-key', subject: null, rotateBy: null, from: `gateway.sessionKeys.${i}` };
  }
  for (const key of ['readToken', 'writeToken'] as const) {
    const token = gateway.admin?.[key]?.secret;
    if (token !== undefined) yield { name: token, workload, purpose: 'admin-token', subject: key, rotateBy: null, from: `gateway.admin.${key}` };
  }
}

function* serverUses({ servers }: Model): Iterable<NamedUse> {
  for (const [server, { env }] of sortedEntries(servers)) {
    for (const [variable, value] of sortedEntries(env)) {
      if (typeof value === 'string') continue;
      const from = `servers.${server}.env.${variable}`;
      yield { name: value.secret, workload: server, purpose: 'environment', subject: variable, rotateBy: null, from };
    }
  }
}

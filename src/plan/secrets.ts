import type { Model } from '../config/model.js';
import type { SecretPlan, SecretPurpose, SecretUse } from './infra-types.js';
import type { EnvEntry } from './server-types.js';
import { sortedEntries } from './sorted-entries.js';
import { upstreamOf } from './towards.js';

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

function* gatewayUses(model: Model): Iterable<NamedUse> {
  const { auth, gateway } = model;
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
  yield* identityUses(model);
}

/** What verifies tokens, signs what servers are told, and shows the gateway to others. */
function* identityUses({ auth, servers, tenants }: Model): Iterable<NamedUse> {
  const use = (name: string, purpose: SecretPurpose, subject: string, from: string): NamedUse => {
    return { name, workload: 'gateway', purpose, subject, rotateBy: null, from };
  };
  for (const [i, { issuer, secret }] of (auth.jwt ?? []).entries()) {
    if (secret) yield use(secret.secret, 'token-secret', issuer, auth.jwt?.length === 1 ? 'auth.jwt' : `auth.jwt.${i}.secret`);
  }
  for (const [tenant, { forward }] of sortedEntries(tenants)) {
    if (forward?.signed) yield use(forward.signed.secret.secret, 'signing-key', tenant, `tenants.${tenant}.forward.signed.secret`);
  }
  for (const [server, settings] of sortedEntries(servers)) {
    const upstream = upstreamOf(settings);
    if (!upstream) continue;
    const { headers, auth: own, tls = {}, exchange } = upstream;
    const at = `servers.${server}.upstream`;
    for (const [header, value] of sortedEntries(headers)) {
      if (typeof value !== 'string') yield use(value.secret, 'upstream-credential', server, `${at}.headers.${header}`);
    }
    if (own && 'bearer' in own) yield use(own.bearer.secret, 'upstream-credential', server, `${at}.auth.bearer`);
    if (own && 'secret' in own) yield use(own.secret.secret, 'upstream-credential', server, `${at}.auth.secret`);
    for (const [key, value] of sortedEntries(tls)) {
      if (typeof value === 'object') yield use(value.secret, 'upstream-tls', server, `${at}.tls.${key}`);
    }
    if (exchange?.client.secret) yield use(exchange.client.secret.secret, 'exchange-client', server, `${at}.exchange.client.secret`);
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

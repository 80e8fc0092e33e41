/** What a decision needs besides the request, made from one version of the tables. Running requests keep theirs across a reload. */
import { randomBytes } from 'node:crypto';
import { addressSet } from './decision/address.js';
import { Buckets } from './identity/bucket.js';
import { compileTables, type Tables } from './decision/lookups.js';
import type { apiKeys, Authenticate } from './identity/credentials.js';
import { longSecret, placementOf, requireSecrets, SettingError, type Env } from './process/env.js';
import { createSealer, type Sealer } from './identity/session.js';
import type { RateTable } from './tables/caller.js';
import type { GatewayTables } from './tables/gateway.js';
import type { watchNames } from './upstream/dns.js';

export interface State {
  readonly tables: Tables;
  readonly authenticate: Authenticate;
  readonly sealer: Sealer;
  /** Whether an address is a hop whose `X-Forwarded-*` are believed. */
  readonly trusted: (address: string) => boolean;
  readonly perAddress: Buckets;
  readonly perTenant: ReadonlyMap<string, Buckets>;
  readonly readToken: string | null;
  readonly writeToken: string | null;
  readonly close: () => void;
}

/** What only some configs need; missing where this one does not. */
export interface StateModules {
  readonly apiKeys?: typeof apiKeys;
  readonly watchNames?: typeof watchNames;
}

/** A key for a process whose config names none: its sessions last as long as it does. */
const ownKey = randomBytes(32).toString('base64');

export async function createState(raw: GatewayTables, env: Env, modules: StateModules, previous: State | null): Promise<State> {
  const tables = compileTables(raw, placementOf(env));
  const { keys, ttl } = raw.sessions;
  requireSecrets(env, wantedSecrets(tables));
  const sealing = keys.length > 0 ? keys.map((name) => longSecret(env, name, 32)) : [ownKey];
  const hops = raw.trusted[tables.placement];
  const inNetworks = addressSet(hops.flatMap((hop) => ('cidr' in hop ? [hop.cidr] : [])));
  const names = hops.flatMap((hop) => ('name' in hop ? [hop.name] : []));
  const named = names.length > 0 ? await modules.watchNames?.(names) : undefined;
  const token = (name: string | null | undefined): string | null => (name ? longSecret(env, name, 16) : null);
  return {
    tables,
    authenticate: authenticator(tables, env, modules),
    sealer: createSealer(sealing, ttl, Date.now),
    trusted: (address) => inNetworks(address) || (named?.has(address) ?? false),
    perAddress: keepOrMake(previous?.perAddress, previous?.tables.raw.limits.perAddress, raw.limits.perAddress),
    perTenant: new Map(
      [...tables.tenants].flatMap(([name, { rate }]) =>
        rate ? [[name, keepOrMake(previous?.perTenant.get(name), previous?.tables.tenants.get(name)?.rate, rate)] as const] : [],
      ),
    ),
    readToken: token(raw.admin?.readToken),
    writeToken: token(raw.admin?.writeToken),
    close: () => named?.close(),
  };
}

/** Every secret this process will read, and how many bytes it must have. */
function wantedSecrets({ raw, clients, pools, placement }: Tables): (readonly [string, number])[] {
  const children = [...pools.values()].flatMap(({ sources }) => (sources[placement].kind === 'spawn' ? sources[placement].child.env : []));
  return [
    ...raw.sessions.keys.map((name) => [name, 32] as const),
    ...[...clients.values()].flatMap(({ keys }) => keys.map((name) => [name, 16] as const)),
    ...[raw.admin?.readToken, raw.admin?.writeToken].flatMap((name) => (name ? [[name, 16] as const] : [])),
    ...children.flatMap(([, value]) => ('secret' in value ? [[value.secret, 1] as const] : [])),
  ];
}

function authenticator(tables: Tables, env: Env, { apiKeys }: StateModules): Authenticate {
  if (tables.clients.size === 0) return () => ({ kind: 'anonymous' });
  if (!apiKeys) throw new SettingError('this gateway was baked without credentials');
  return apiKeys(tables, (name) => longSecret(env, name, 16));
}

/** A reload that leaves a rate as it was does not refill anybody's bucket. */
function keepOrMake(old: Buckets | undefined, oldRate: RateTable | null | undefined, rate: RateTable): Buckets {
  return old && oldRate?.tokens === rate.tokens && oldRate.window === rate.window ? old : new Buckets(rate);
}

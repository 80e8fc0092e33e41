/** What a decision needs besides the request, made from one version of the tables. Running requests keep theirs across a reload. */
import { randomBytes } from 'node:crypto';
import { addressSet, plainAddress } from './decision/address.js';
import { Buckets } from './bucket.js';
import { compileTables, type Tables } from './decision/lookups.js';
import { apiKeys, type Authenticate } from './credentials.js';
import { longSecret, placementOf, SettingError, type Env } from './env.js';
import type { Features } from './features.js';
import { createSealer, type Sealer } from './session.js';
import type { GatewayTables, RateTable } from './types.js';

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

/** A key for a process whose config names none: its sessions last as long as it does. */
const ownKey = randomBytes(32).toString('base64');

export async function createState(raw: GatewayTables, env: Env, features: Features, previous: State | null): Promise<State> {
  const tables = compileTables(raw, placementOf(env));
  const { keys, ttl } = raw.sessions;
  const sealing = keys.length > 0 ? keys.map((name) => longSecret(env, name, 32)) : [ownKey];
  const names = new NameSet();
  const hops = raw.trusted[tables.placement];
  const inNetworks = addressSet(hops.flatMap((hop) => ('cidr' in hop ? [hop.cidr] : [])));
  await names.watch(hops.flatMap((hop) => ('name' in hop ? [hop.name] : [])), features);
  const token = (name: string | null | undefined): string | null => (name ? longSecret(env, name, 16) : null);
  return {
    tables,
    authenticate: apiKeys(tables, distinct((name) => longSecret(env, name, 16))),
    sealer: createSealer(sealing, ttl, Date.now),
    trusted: (address) => inNetworks(address) || names.has(address),
    perAddress: keepOrMake(previous?.perAddress, previous?.tables.raw.limits.perAddress, raw.limits.perAddress),
    perTenant: new Map(
      [...tables.tenants].flatMap(([name, { rate }]) =>
        rate ? [[name, keepOrMake(previous?.perTenant.get(name), previous?.tables.tenants.get(name)?.rate, rate)] as const] : [],
      ),
    ),
    readToken: token(raw.admin?.readToken),
    writeToken: token(raw.admin?.writeToken),
    close: () => names.close(),
  };
}

/** A reload that leaves a rate as it was does not refill anybody's bucket. */
function keepOrMake(old: Buckets | undefined, oldRate: RateTable | null | undefined, rate: RateTable): Buckets {
  return old && oldRate?.tokens === rate.tokens && oldRate.window === rate.window ? old : new Buckets(rate);
}

/** Two clients with one key would be one client with two names. */
function distinct(read: (name: string) => string): (name: string) => string {
  const names = new Map<string, string>();
  return (name) => {
    const value = read(name);
    const other = names.get(value);
    if (other !== undefined && other !== name) throw new SettingError(`secrets ${other} and ${name} have the same value; each key must be its client's own`);
    names.set(value, name);
    return value;
  };
}

/** Addresses behind names that are looked up again and again. */
class NameSet {
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #stop: (() => void)[] = [];

  async watch(names: readonly string[], features: Features): Promise<void> {
    if (names.length === 0 || !features.dns) return;
    const { watchName } = await features.dns();
    const watches = names.map((name) => watchName(name, (addresses) => this.#addresses.set(name, addresses.map(plainAddress))));
    this.#stop.push(...(await Promise.all(watches)));
  }
  has(address: string): boolean {
    const plain = plainAddress(address);
    for (const addresses of this.#addresses.values()) if (addresses.includes(plain)) return true;
    return false;
  }
  close(): void {
    for (const stop of this.#stop) stop();
  }
}

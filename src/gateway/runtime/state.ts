/** Makes the state of one version of the tables. */
import { hkdfSync, randomBytes } from 'node:crypto';
import { addressSet } from './decision/address.js';
import { createBuckets, type Buckets } from './identity/bucket.js';
import { compileTables, restrictsItems } from './decision/lookups.js';
import type { createItemRules } from './decision/item-rules.js';
import type { apiKeys } from './identity/credentials.js';
import type { readSecrets } from './identity/secrets.js';
import { placementOf, SettingError, type Env } from './process/env.js';
import type { State } from './front/state.js';
import { createSealer } from './identity/session.js';
import type { RateTable } from './tables/caller.js';
import type { GatewayTables } from './tables/gateway.js';
import type { watchNames } from './upstream/dns.js';

/** Modules that only some configs need. */
export interface StateModules {
  readonly apiKeys?: typeof apiKeys;
  readonly createItemRules?: typeof createItemRules;
  readonly readSecrets?: typeof readSecrets;
  readonly watchNames?: typeof watchNames;
}

/** The key of a process whose config names none: its sessions last as long as the process. */
const ownKey = randomBytes(32).toString('base64');

export async function createState(raw: GatewayTables, env: Env, modules: StateModules, previous: State | null): Promise<State> {
  if (restrictsItems(raw) && !modules.createItemRules) throw new SettingError('this gateway was baked without rules on tools, which its tables need');
  const tables = compileTables(raw, placementOf(env), modules.createItemRules);
  const { keys, ttl } = raw.sessions;
  const secretOf = modules.readSecrets?.(tables, env) ?? lacking;
  const sealing = keys.length > 0 ? keys.map(secretOf) : [ownKey];
  const hops = raw.trusted[tables.placement];
  const inNetworks = addressSet(hops.flatMap((hop) => ('cidr' in hop ? [hop.cidr] : [])));
  const names = hops.flatMap((hop) => ('name' in hop ? [hop.name] : []));
  const named = names.length > 0 ? await modules.watchNames?.(names) : undefined;
  const token = (name: string | null | undefined): string | null => (name ? secretOf(name) : null);
  return {
    tables,
    authenticate: !raw.auth.wanted ? () => ({ kind: 'anonymous' }) : (modules.apiKeys ?? lacking)(tables, secretOf),
    sealer: createSealer(sealing, ttl, Date.now),
    digestKey: Buffer.from(hkdfSync('sha256', sealing[0] as string, 'mcpgen', 'audit digest v1', 32)),
    trusted: (address) => inNetworks(address) || (named?.has(address) ?? false),
    perAddress: countsIn(tables) ? keepOrMake(previous?.perAddress, addressRate(previous), raw.limits.perAddress) : UNCOUNTED,
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

const countsIn = ({ raw, placement }: State['tables']): boolean => raw.countsAddresses[placement];
const addressRate = (state: State | null): RateTable | null => (state && countsIn(state.tables) ? state.tables.raw.limits.perAddress : null);

/** Where the address of a client is not known. */
const UNCOUNTED: Buckets = { take: () => 0, penalise: () => {} };

/** Stands in place of a module that is not there. Tables that need it cannot be served. */
function lacking(): never {
  throw new SettingError('this gateway was baked without secrets or credentials, which its tables need');
}

/** A reload that leaves a rate as it was does not refill anybody's bucket. */
function keepOrMake(old: Buckets | undefined, oldRate: RateTable | null | undefined, rate: RateTable): Buckets {
  return old && oldRate?.tokens === rate.tokens && oldRate.window === rate.window ? old : createBuckets(rate);
}

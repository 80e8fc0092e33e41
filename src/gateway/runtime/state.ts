/** Makes the state of one version of the tables. */
import { hkdfSync, randomBytes } from 'node:crypto';
import { addressSet } from './decision/address.js';
import { createBuckets, type Buckets } from './identity/bucket.js';
import type { LookupFact, Principal } from './decision/facts.js';
import { compileTables, type TableParts } from './decision/lookups.js';
import { NEEDS } from './decision/needs.js';
import type { ask } from './identity/ask.js';
import type { authenticator } from './identity/credentials.js';
import type { createLookedUp } from './identity/looked-up.js';
import type { readSecrets } from './identity/secrets.js';
import type { createTokens } from './identity/tokens.js';
import type { Log } from './process/log.js';
import { placementOf, SettingError, type Env } from './process/env.js';
import type { withEnvironmentRate } from './process/environment-rate.js';
import { NOTHING_TOWARDS, type State } from './front/state.js';
import { createSealer } from './identity/session.js';
import type { RateTable } from './tables/caller.js';
import type { GatewayTables } from './tables/gateway.js';
import type { TowardsModules, towardsServers } from './towards.js';
import type { watchNames } from './upstream/dns.js';

/** Modules that only some configs need. */
export interface StateModules extends TableParts, TowardsModules {
  readonly authenticator?: typeof authenticator;
  readonly createTokens?: typeof createTokens;
  readonly createLookedUp?: typeof createLookedUp;
  readonly ask?: typeof ask;
  readonly readSecrets?: typeof readSecrets;
  readonly towardsServers?: typeof towardsServers;
  readonly watchNames?: typeof watchNames;
  readonly withEnvironmentRate?: typeof withEnvironmentRate;
}

/** The key of a process whose config names none: its sessions last as long as the process. */
const ownKey = randomBytes(32).toString('base64');

export async function createState(
  baked: GatewayTables,
  env: Env,
  modules: StateModules,
  previous: State | null,
  log: Log = () => {},
): Promise<State> {
  if (NEEDS.itemRules(baked) && !modules.createItemRules) throw new SettingError('this gateway was baked without rules on tools, which its tables need');
  const raw = NEEDS.environmentRate(baked) ? (modules.withEnvironmentRate ?? lacking)(baked, env) : baked;
  const tables = compileTables(raw, placementOf(env), modules);
  const { keys, ttl } = raw.sessions;
  const { rate: perClient } = raw.limits.perClient;
  const secretOf = modules.readSecrets?.(tables, env) ?? lacking;
  const sealing = keys.length > 0 ? keys.map(secretOf) : [ownKey];
  const hops = raw.trusted[tables.placement];
  const inNetworks = addressSet(hops.flatMap((hop) => ('cidr' in hop ? [hop.cidr] : [])));
  const names = hops.flatMap((hop) => ('name' in hop ? [hop.name] : []));
  const named = names.length > 0 ? await modules.watchNames?.(names) : undefined;
  const token = (name: string | null | undefined): string | null => (name ? secretOf(name) : null);
  const tokens = raw.auth.issuers.length > 0 ? (modules.createTokens ?? lacking)(tables, secretOf, previous?.tokens ?? null, { log }) : null;
  const authenticate = !raw.auth.wanted ? anybody : (modules.authenticator ?? lacking)(tables, secretOf, env, tokens);
  const { lookup: table } = raw.auth;
  const asking = table && { table, previous: previous?.lookup ?? null, authenticate, ask: modules.ask ?? lacking(), now: () => performance.now() };
  return {
    tables,
    ...(asking ? (modules.createLookedUp ?? lacking)(tables, asking) : { authenticate, lookup: null, lookUp: notAsked }),
    tokens,
    sealer: createSealer(sealing, ttl, Date.now),
    digestKey: Buffer.from(hkdfSync('sha256', sealing[0] as string, 'mcpgen', 'audit digest v1', 32)),
    trusted: (address) => inNetworks(address) || (named?.has(address) ?? false),
    perAddress: countsIn(tables) ? keepOrMake(previous?.perAddress, addressRate(previous), raw.limits.perAddress) : UNCOUNTED,
    perClient: perClient && keepOrMake(previous?.perClient, previous?.tables.raw.limits.perClient.rate, perClient),
    perTenant: new Map(
      [...tables.tenants].flatMap(([name, { rate }]) =>
        rate ? [[name, keepOrMake(previous?.perTenant.get(name), previous?.tables.tenants.get(name)?.rate, rate)] as const] : [],
      ),
    ),
    readToken: token(raw.admin?.readToken),
    writeToken: token(raw.admin?.writeToken),
    ...(NEEDS.towards(raw) ? (modules.towardsServers ?? lacking)(tables, secretOf, modules, previous) : NOTHING_TOWARDS),
    close: (next) => {
      named?.close();
      tokens?.close(next?.tokens ?? null);
    },
  };
}

const ANYBODY: Principal = { kind: 'anonymous' };
const anybody = (): Principal => ANYBODY;
const NOT_ASKED: LookupFact = { kind: 'none' };
const notAsked = (): LookupFact => NOT_ASKED;

const countsIn = ({ raw, placement }: State['tables']): boolean => raw.countsAddresses[placement];
const addressRate = (state: State | null): RateTable | null => (state && countsIn(state.tables) ? state.tables.raw.limits.perAddress : null);

/** Where the address of a client is not known. */
const UNCOUNTED: Buckets = { take: () => 0, penalise: () => {} };

/** Stands in place of a module that is not there. Tables that need it cannot be served. */
function lacking(): never {
  throw new SettingError('this gateway was baked without secrets or credentials, which its tables need');
}

/** A reload that leaves a rate as it was does not refill anybody's bucket. */
function keepOrMake(old: Buckets | null | undefined, oldRate: RateTable | null | undefined, rate: RateTable): Buckets {
  return old && oldRate?.tokens === rate.tokens && oldRate.window === rate.window ? old : createBuckets(rate);
}

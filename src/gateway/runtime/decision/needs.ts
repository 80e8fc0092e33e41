/**
 * Parts of the runtime without which tables cannot be kept: the baker puts them in, and a gateway that was baked without one of them does not start with such
 * tables, nor change to them.
 */
import type { GatewayTables } from '../tables/gateway.js';

type Need = (tables: GatewayTables) => boolean;

const hasIssuers: Need = ({ auth }) => auth.issuers.length > 0;
const hasLookup: Need = ({ auth }) => auth.lookup !== null;
const hasServers: Need = ({ auth }) => auth.authorizationServers.length > 0;
/** Whether something restricts what callers use of servers. */
const hasItemRules: Need = ({ tenants, pools }) =>
  tenants.some(([, { tools }]) => tools !== null) || pools.some(([, { permissions: { call, list } }]) => call !== null || list !== null);
const forwards: Need = ({ tenants }) => tenants.some(([, { forward }]) => forward !== null);
const exchanges: Need = ({ pools }) => pools.some(([, { toServer }]) => (toServer?.exchange ?? null) !== null);
const shows: Need = ({ pools }) => pools.some(([, { toServer }]) => toServer !== null);

export const NEEDS = {
  ask: (tables) => hasIssuers(tables) || hasLookup(tables),
  credentials: ({ auth }) => auth.wanted,
  denials: hasItemRules,
  environmentRate: ({ limits }) => limits.perClient.fromEnvironment,
  exchange: exchanges,
  expiry: (tables) => hasIssuers(tables) || hasLookup(tables),
  forward: forwards,
  itemRules: hasItemRules,
  items: hasItemRules,
  lookup: hasLookup,
  oauth: hasServers,
  resources: (tables) => hasIssuers(tables) || hasServers(tables),
  toServer: shows,
  tokens: hasIssuers,
  towards: (tables) => forwards(tables) || shows(tables),
  vouching: (tables) => forwards(tables) || exchanges(tables),
} as const satisfies Readonly<Record<string, Need>>;

/** The parts that these tables need and that are not there. */
export function lackingParts(tables: GatewayTables, parts: object): readonly string[] {
  return Object.entries(NEEDS).flatMap(([name, isNeeded]) => (isNeeded(tables) && !(name in parts) ? [name] : []));
}

import type { ItemRules } from './item-use.js';
import { originMatcher, type OriginMatcher } from './origin.js';
import type { ClientTable, TenantTable } from '../tables/caller.js';
import type { GatewayTables } from '../tables/gateway.js';
import type { Placement } from '../tables/placement.js';
import type { PoolTable } from '../tables/pool.js';
import type { RouteTable } from '../tables/route.js';

/** The baked tables with their lookups built: what every decision reads. Made once at start and once per reload. */
export interface Tables {
  readonly raw: GatewayTables;
  readonly placement: Placement;
  /** Where clients reach the gateway. */
  readonly publicUrl: { readonly scheme: string; readonly host: string; readonly port: string };
  readonly hosts: ReadonlySet<string>;
  readonly originSets: ReadonlyMap<string, OriginMatcher>;
  readonly serverSets: ReadonlyMap<string, ReadonlySet<string>>;
  readonly routes: ReadonlyMap<string, RouteTable>;
  readonly clients: ReadonlyMap<string, ClientTable>;
  readonly tenants: ReadonlyMap<string, TenantTable>;
  readonly tenantOfClient: ReadonlyMap<string, string>;
  readonly tenantOfHost: ReadonlyMap<string, string>;
  readonly pathTenants: ReadonlySet<string>;
  readonly pools: ReadonlyMap<string, PoolTable>;
  readonly revisions: ReadonlySet<string>;
  /** Rules on what callers may use of servers; null where there are none. */
  readonly items: ItemRules | null;
}

/** Makes the rules of a config that has some: a part that not every gateway has. */
export type MakeItemRules = (raw: GatewayTables) => ItemRules;

/** Whether these tables restrict what callers use of servers. */
export function restrictsItems({ tenants, pools }: GatewayTables): boolean {
  return tenants.some(([, { tools }]) => tools !== null) || pools.some(([, { permissions: { call, list } }]) => call !== null || list !== null);
}

/** Lists that every table has. Without one of them nothing would be refused, or everything: a file that was cut or edited is not taken for a table. */
const LISTS = ['hosts', 'originSets', 'serverSets', 'routes', 'clients', 'tenants', 'pools', 'revisions'] as const;

/** @throws where the tables restrict what callers use, and nothing makes rules of that: everything would be allowed */
export function compileTables(raw: GatewayTables, placement: Placement, makeItemRules?: MakeItemRules): Tables {
  for (const name of LISTS) if (!Array.isArray(raw[name])) throw new Error(`the tables have no ${name}`);
  const isRestricted = restrictsItems(raw);
  if (isRestricted && !makeItemRules) throw new Error('this gateway was baked without rules on tools, which its tables need');
  return {
    raw,
    placement,
    publicUrl: publicUrl(raw),
    hosts: new Set([...raw.hosts, ...raw.internalHosts[placement]]),
    originSets: new Map(raw.originSets.map(([id, set]) => [id, originMatcher(set)])),
    serverSets: new Map(raw.serverSets.map(([id, servers]) => [id, new Set(servers)])),
    routes: new Map(raw.routes),
    clients: new Map(raw.clients),
    tenants: new Map(raw.tenants),
    tenantOfClient: new Map(raw.matches.clients),
    tenantOfHost: new Map(raw.matches.hosts),
    pathTenants: new Set(raw.matches.paths),
    pools: new Map(raw.pools),
    revisions: new Set(raw.revisions),
    items: (isRestricted && makeItemRules?.(raw)) || null,
  };
}

function publicUrl({ publicUrl: href }: GatewayTables): Tables['publicUrl'] {
  const { protocol, hostname, port } = new URL(href);
  const scheme = protocol.slice(0, -1);
  // Hosts are compared without the dot at the end.
  return { scheme, host: hostname.replace(/\.$/, ''), port: port || (scheme === 'https' ? '443' : '80') };
}

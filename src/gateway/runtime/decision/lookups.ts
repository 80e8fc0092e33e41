import { addressSet } from './address.js';
import type { ItemRules } from './item-use.js';
import { NEEDS } from './needs.js';
import { originMatcher, type OriginMatcher } from './origin.js';
import type { Resources } from './well-known.js';
import type { ClientTable, TenantTable } from '../tables/caller.js';
import type { GatewayTables } from '../tables/gateway.js';
import type { Placement } from '../tables/placement.js';
import type { PoolTable } from '../tables/pool.js';
import type { RouteTable } from '../tables/route.js';
import type { HeaderList } from '../wire/header-list.js';

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
  /** What callers' tokens are for; null where nobody has one. */
  readonly resources: Resources | null;
  readonly clients: ReadonlyMap<string, ClientTable>;
  readonly tenants: ReadonlyMap<string, TenantTable>;
  readonly tenantOfClient: ReadonlyMap<string, string>;
  readonly tenantOfHost: ReadonlyMap<string, string>;
  /** By what the authorization API answers. */
  readonly tenantOfAnswer: ReadonlyMap<string, string>;
  readonly pathTenants: ReadonlySet<string>;
  readonly pools: ReadonlyMap<string, PoolTable>;
  /** Whether a client's address may come at all, to a server, and in the name of a tenant; null or missing where any may. */
  readonly allow: { readonly all: AddressTest | null; readonly servers: ReadonlyMap<string, AddressTest>; readonly tenants: ReadonlyMap<string, AddressTest> };
  readonly revisions: ReadonlySet<string>;
  /** Rules on what callers may use of servers; null where there are none. */
  readonly items: ItemRules | null;
  /** Security headers of every answer, and their names: what a server says under one of these is left out. */
  readonly headers: HeaderList;
  readonly ownedHeaders: ReadonlySet<string>;
}

/** Makes what only some configs have. */
export interface TableParts {
  readonly createItemRules?: ((raw: GatewayTables) => ItemRules) | undefined;
  readonly createResources?: ((raw: GatewayTables) => Resources) | undefined;
}

export type AddressTest = (address: string) => boolean;

/** Lists that every table has. Without one of them nothing would be refused, or everything: a file that was cut or edited is not taken for a table. */
const LISTS = ['hosts', 'originSets', 'serverSets', 'routes', 'clients', 'tenants', 'pools', 'revisions'] as const;

/** @throws where nothing makes what the tables need: everything would be allowed, or to everybody */
export function compileTables(raw: GatewayTables, placement: Placement, { createItemRules, createResources }: TableParts = {}): Tables {
  for (const name of LISTS) if (!Array.isArray(raw[name])) throw new Error(`the tables have no ${name}`);
  const isRestricted = NEEDS.itemRules(raw);
  if (isRestricted && !createItemRules) throw new Error('this gateway was baked without rules on tools, which its tables need');
  if (NEEDS.resources(raw) && !createResources) throw new Error('this gateway was baked without what tokens are for, which its tables need');
  return {
    raw,
    placement,
    publicUrl: publicUrl(raw),
    hosts: new Set([...raw.hosts, ...raw.internalHosts[placement]]),
    originSets: new Map(raw.originSets.map(([id, set]) => [id, originMatcher(set)])),
    serverSets: new Map(raw.serverSets.map(([id, servers]) => [id, new Set(servers)])),
    routes: new Map(raw.routes),
    resources: createResources?.(raw) ?? null,
    clients: new Map(raw.clients),
    tenants: new Map(raw.tenants),
    tenantOfClient: new Map(raw.matches.clients),
    tenantOfHost: new Map(raw.matches.hosts),
    tenantOfAnswer: new Map(raw.matches.lookups),
    pathTenants: new Set(raw.matches.paths),
    pools: new Map(raw.pools),
    allow: { all: raw.allow && addressSet(raw.allow), servers: allowed(raw.pools), tenants: allowed(raw.tenants) },
    revisions: new Set(raw.revisions),
    items: (isRestricted && createItemRules?.(raw)) || null,
    headers: raw.headers.flat(),
    ownedHeaders: new Set(raw.headers.map(([name]) => name)),
  };
}

function allowed(rows: readonly (readonly [string, { readonly allow: readonly string[] | null }])[]): ReadonlyMap<string, AddressTest> {
  return new Map(rows.flatMap(([name, { allow }]) => (allow ? [[name, addressSet(allow)] as const] : [])));
}

function publicUrl({ publicUrl: href }: GatewayTables): Tables['publicUrl'] {
  const { protocol, hostname, port } = new URL(href);
  const scheme = protocol.slice(0, -1);
  // Hosts are compared without the dot at the end.
  return { scheme, host: hostname.replace(/\.$/, ''), port: port || (scheme === 'https' ? '443' : '80') };
}

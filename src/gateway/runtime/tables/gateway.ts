/**
 * The contract between the generator and the runtime: plain data, JSON-serialisable, baked into `tables.js`. Durations are milliseconds, sizes bytes.
 */
import type { AuthTable } from './auth.js';
import type { ClientTable, LimitsTable, TenantTable } from './caller.js';
import type { Pairs } from './pairs.js';
import type { Hop, Listen, PerPlacement } from './placement.js';
import type { PoolTable, TimeoutsTable } from './pool.js';
import type { CorsTable, OriginSetTable, Revision, RouteTable } from './route.js';
import type { ItemRuleTable } from './rules.js';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface GatewayTables {
  readonly name: string;
  readonly environment: string | null;
  readonly profile: 'production' | 'local';
  /** The config hash. */
  readonly hash: string;
  readonly publicUrl: string;
  readonly listen: PerPlacement<Listen>;
  readonly admin: AdminTable | null;
  /** Accepted host names. */
  readonly hosts: readonly string[];
  readonly anyHost: boolean;
  /** Names by which the platform itself calls the gateway. */
  readonly internalHosts: PerPlacement<readonly string[]>;
  readonly trusted: PerPlacement<readonly Hop[]>;
  /** False where every client has the address of a proxy that the config does not name: there the rate of one address would be that of all. */
  readonly countsAddresses: PerPlacement<boolean>;
  readonly requireOrigin: boolean;
  readonly originFallback: 'none' | 'forwarded';
  readonly originSets: Pairs<OriginSetTable>;
  readonly serverSets: Pairs<readonly string[]>;
  readonly routes: Pairs<RouteTable>;
  /** Networks from which clients may come; null for any. */
  readonly allow: readonly string[] | null;
  readonly auth: AuthTable;
  readonly ruleSets: Pairs<readonly ItemRuleTable[]>;
  readonly clients: Pairs<ClientTable>;
  readonly tenants: Pairs<TenantTable>;
  readonly matches: {
    /** Client → tenant. */
    readonly clients: Pairs<string>;
    /** Host → tenant. */
    readonly hosts: Pairs<string>;
    /** Tenants recognised by `/t/<tenant>/…`. */
    readonly paths: readonly string[];
    /** A token with all of these claims belongs to the tenant. A claim that is a list has the value if it holds it. */
    readonly claims: readonly { readonly tenant: string; readonly claims: Pairs<string> }[];
    /** What the authorization API answers → tenant. */
    readonly lookups: Pairs<string>;
    /** The one tenant of a config that declares none. */
    readonly implied: string | null;
  };
  readonly revisions: readonly Revision[];
  /** Processes that share the listener; each enforces its part of the limits. */
  readonly workers: number;
  readonly limits: LimitsTable;
  readonly timeouts: TimeoutsTable;
  readonly sessions: { /** Names of secrets, the sealing one first. */ readonly keys: readonly string[]; readonly ttl: number };
  readonly cors: CorsTable;
  /** Security headers of every answer: the gateway owns them, so what a server says of them is left out. Names in lower case. */
  readonly headers: Pairs<string>;
  readonly pools: Pairs<PoolTable>;
  readonly traces: { readonly otlp: string; /** From 0 to 1. */ readonly sample: number } | null;
  readonly log: { readonly level: LogLevel; readonly requests: boolean; readonly audit: boolean };
}

export interface AdminTable {
  readonly listen: PerPlacement<Listen>;
  readonly readToken: string | null;
  readonly writeToken: string | null;
  /** Networks from which operators may come; null for any. */
  readonly allow: readonly string[] | null;
}

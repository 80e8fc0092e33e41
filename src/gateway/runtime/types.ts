/**
 * The contract between the generator and the runtime: plain data, JSON-serialisable, baked into `tables.js`. Lookups are arrays of pairs, not
 * objects, because a key such as `__proto__` in an object literal would set the prototype; `compile.ts` turns them into Maps at start.
 * Durations are milliseconds, sizes bytes.
 */
export type Placement = 'local' | 'compose' | 'kubernetes' | 'fly';
export type Revision = '2024-11-05' | '2025-03-26' | '2025-06-18' | '2025-11-25' | '2026-07-28';
/** `mcp` is Streamable HTTP; `sse` and `message` are the two endpoints of 2024-11-05; `health` tells how the servers are. */
export type RouteKind = 'mcp' | 'sse' | 'message' | 'health';

export interface GatewayTables {
  readonly name: string;
  readonly environment: string | null;
  readonly profile: 'production' | 'local';
  /** The config hash. */
  readonly hash: string;
  readonly publicUrl: string;
  readonly listen: PerPlacement<Listen>;
  readonly admin: { readonly listen: PerPlacement<Listen>; readonly readToken: string | null; readonly writeToken: string | null } | null;
  /** Accepted host names. */
  readonly hosts: readonly string[];
  readonly anyHost: boolean;
  /** Names by which the platform itself calls the gateway. */
  readonly internalHosts: PerPlacement<readonly string[]>;
  readonly trusted: PerPlacement<readonly Hop[]>;
  readonly requireOrigin: boolean;
  readonly originFallback: 'none' | 'forwarded';
  readonly originSets: Pairs<OriginSetTable>;
  readonly serverSets: Pairs<readonly string[]>;
  readonly routes: Pairs<RouteTable>;
  readonly clients: Pairs<ClientTable>;
  readonly tenants: Pairs<TenantTable>;
  readonly matches: {
    /** Client → tenant. */
    readonly clients: Pairs<string>;
    /** Host → tenant. */
    readonly hosts: Pairs<string>;
    /** Tenants recognised by `/t/<tenant>/…`. */
    readonly paths: readonly string[];
    /** The one tenant of a config that declares none. */
    readonly implied: string | null;
  };
  readonly revisions: readonly Revision[];
  readonly limits: LimitsTable;
  readonly timeouts: TimeoutsTable;
  readonly sessions: { /** Names of secrets, the sealing one first. */ readonly keys: readonly string[]; readonly ttl: number };
  readonly cors: CorsTable;
  readonly pools: Pairs<PoolTable>;
  readonly traces: { readonly otlp: string; /** From 0 to 1. */ readonly sample: number } | null;
  readonly log: { readonly level: LogLevel; readonly requests: boolean; readonly audit: boolean };
}

export type Pairs<T> = readonly (readonly [string, T])[];
export type PerPlacement<T> = Readonly<Record<Placement, T>>;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** A hop that may set `X-Forwarded-*`: a network, or a name that is resolved again and again. */
export type Hop = { readonly cidr: string } | { readonly name: string };

export interface OriginSetTable {
  readonly exact: readonly string[];
  /** `https://*.example.com:8443` → scheme `https`, suffix `.example.com`, port `:8443` or empty. */
  readonly subdomains: readonly { readonly scheme: string; readonly suffix: string; readonly port: string }[];
  /** Schemes for which loopback hosts pass on any port. */
  readonly loopback: readonly string[];
  readonly anyHttps: boolean;
  /** https hosts below one of these pass, at any depth. */
  readonly tunnels: readonly string[];
}

export interface RouteTable {
  readonly kind: RouteKind;
  /** Empty for routes of the gateway itself. */
  readonly server: string;
  readonly origins: string;
  readonly methods: readonly string[];
}

export interface ClientTable {
  /** Names of secrets. */
  readonly keys: readonly string[];
  readonly permissions: readonly string[];
}

export interface TenantTable {
  readonly servers: string;
  readonly origins: string | null;
  readonly rate: RateTable | null;
  readonly streams: number | null;
  readonly sessions: number | null;
}

export interface RateTable {
  readonly tokens: number;
  readonly window: number;
}

export interface LimitsTable {
  readonly body: number;
  readonly headers: number;
  readonly depth: number;
  readonly streams: number;
  readonly sessions: number;
  readonly perAddress: RateTable;
  readonly toolNames: number;
}

export interface TimeoutsTable {
  readonly connect: number;
  readonly firstByte: number;
  readonly response: number;
  readonly idleStream: number;
  readonly keepAlive: number;
  readonly drain: number;
}

export interface CorsTable {
  readonly credentials: boolean;
  readonly maxAge: number;
  readonly exposeHeaders: readonly string[];
  readonly allowHeaders: readonly string[];
}

export type Balance = 'round-robin' | 'least-connections' | 'weighted' | 'health-based' | 'random' | 'rendezvous';

export interface PoolTable {
  readonly choice: ChoiceTable;
  readonly revision: 'auto' | 'legacy' | 'modern';
  readonly sessionLoss: 'reinitialise' | '404';
  /** Path of the server's own endpoint for 2024-11-05; null where the gateway makes one of its Streamable HTTP. */
  readonly sse: string | null;
  readonly timeouts: Pick<TimeoutsTable, 'connect' | 'firstByte' | 'response' | 'idleStream'>;
  /** Null where nothing is changed. */
  readonly transform: TransformTable | null;
  readonly health: HealthTable;
  readonly sources: PerPlacement<Source>;
  /** What `main.js host <server>` runs and where it listens; null for servers that speak HTTP themselves. */
  readonly host: HostTable | null;
}

export interface HostTable {
  readonly child: ChildTable;
  readonly port: number;
  readonly path: string;
}

export type HealthTable = { readonly every: number; readonly timeout: number } & (
  | { readonly kind: 'tcp' }
  | { readonly kind: 'http'; readonly path: string; readonly method: string; readonly status: number; readonly body: string | null }
  | { readonly kind: 'mcp'; readonly ask: 'ping' | 'discover' }
);

export interface ChoiceTable {
  readonly balance: Balance;
  readonly by: 'tenant' | 'principal';
  readonly preferRegion: boolean;
  readonly retries: number;
  readonly breaker: BreakerTable | null;
  /** Share of the instances, from 0 to 1, that requests alone may put out of rotation. */
  readonly ejection: number;
}

export interface BreakerTable {
  readonly failures: number;
  readonly window: number;
  readonly cooldown: number;
}

/** Header names in lower case. */
export interface TransformTable {
  readonly request: HeaderChangesTable;
  readonly response: HeaderChangesTable & { readonly redact: readonly (readonly RedactionStep[])[] };
}
export interface HeaderChangesTable {
  readonly set: Pairs<string>;
  readonly remove: readonly string[];
}
/** A step of a JSON path. */
export type RedactionStep =
  | { readonly kind: 'name' | 'anywhere'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' };

export type Source =
  | { readonly kind: 'urls'; readonly instances: readonly InstanceTable[] }
  | { readonly kind: 'dns'; readonly name: string; readonly port: number; readonly path: string }
  | { readonly kind: 'spawn'; readonly child: ChildTable }
  | { readonly kind: 'none'; readonly reason: string };

export interface InstanceTable {
  readonly id: string;
  readonly url: string;
  readonly weight: number;
  readonly region: string | null;
}

export interface ChildTable {
  /** It speaks 2026-07-28 and later alone: no `initialize`, no sessions. */
  readonly modern: boolean;
  readonly command: readonly string[];
  readonly cwd: string | null;
  /** Literal values and names of secrets. */
  readonly env: Pairs<{ readonly text: string } | { readonly secret: string }>;
  readonly sharing: 'session' | 'shared';
  readonly processes: number;
  readonly memory: number;
  readonly line: number;
  readonly idle: number;
}

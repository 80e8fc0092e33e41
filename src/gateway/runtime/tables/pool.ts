/** What stands behind a route: how its instances are found, chosen, asked for their health and spoken to. Durations are milliseconds. */
import type { ToServerTable } from './auth.js';
import type { Pairs } from './pairs.js';
import type { PerSurroundings } from './placement.js';

export interface TimeoutsTable {
  readonly connect: number;
  readonly firstByte: number;
  readonly response: number;
  readonly idleStream: number;
  readonly keepAlive: number;
  readonly drain: number;
}

export type Balance = 'round-robin' | 'least-connections' | 'weighted' | 'health-based' | 'random' | 'rendezvous';

export interface PoolTable {
  readonly choice: ChoiceTable;
  readonly revision: 'auto' | 'legacy' | 'modern';
  readonly sessionLoss: 'reinitialise' | '404';
  /** Path of the server's own endpoint for 2024-11-05; null where the gateway makes one of its Streamable HTTP. */
  readonly sse: string | null;
  readonly timeouts: Pick<TimeoutsTable, 'connect' | 'firstByte' | 'response' | 'idleStream'>;
  /** Headers in lower case that claim who calls and go on to this server all the same, because the config says so. */
  readonly pass: readonly string[];
  /** Permissions that callers need to call what it offers, and to list it; null where none is needed. */
  readonly permissions: { readonly call: string | null; readonly list: string | null };
  /** Networks from which its callers may come; null for any. */
  readonly allow: readonly string[] | null;
  /** How the gateway shows itself to it; null where it says nothing of its own. */
  readonly toServer: ToServerTable | null;
  /** Null where nothing is changed. */
  readonly transform: TransformTable | null;
  readonly health: HealthTable;
  readonly sources: PerSurroundings<Source>;
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

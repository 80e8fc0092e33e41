/** Who calls, and how much each may: clients, tenants, rates and limits. */
import type { ForwardTable } from './auth.js';

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
  /** The label of its rule set; null where it may use all that its servers offer. */
  readonly tools: string | null;
  /** Networks from which its callers may come; null for any. */
  readonly allow: readonly string[] | null;
  readonly forward: ForwardTable | null;
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
  /** What one principal may, whatever its tenant. Callers without credentials are counted by their addresses. */
  readonly perClient: PerClientTable;
  readonly toolNames: number;
}

export interface PerClientTable {
  readonly rate: RateTable | null;
  /** Open event streams. */
  readonly streams: number | null;
  /** `RATE_LIMIT_REQUESTS` and `RATE_LIMIT_WINDOW` (seconds) take the place of the rate where they are set. */
  readonly fromEnvironment: boolean;
}

/** Who calls, and how much each may: clients, tenants, rates and limits. */
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

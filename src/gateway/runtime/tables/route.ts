/** What is asked of a request by its path: routes, their kinds and the origins they accept. */
export type Revision = '2024-11-05' | '2025-03-26' | '2025-06-18' | '2025-11-25' | '2026-07-28';
/**
 * `mcp` is Streamable HTTP; `sse` and `message` are the two endpoints of 2024-11-05; `health` tells how the servers are. `wellknown` are documents for OAuth
 * clients, whose paths follow from those of the other routes and are in no table.
 */
export type RouteKind = 'mcp' | 'sse' | 'message' | 'health' | 'wellknown';

export interface RouteTable {
  readonly kind: RouteKind;
  /** Empty for routes of the gateway itself. */
  readonly server: string;
  readonly origins: string;
  readonly methods: readonly string[];
}

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

export interface CorsTable {
  readonly credentials: boolean;
  readonly maxAge: number;
  readonly exposeHeaders: readonly string[];
  readonly allowHeaders: readonly string[];
}

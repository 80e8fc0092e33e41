import type { Revision } from './revisions.js';
import type { RuleName } from './rules.js';
import type { Day } from './units.js';

/** A path into the config, as far as declared names go. */
export type ConfigPath<S extends string, O extends string, T extends string, L extends string, C extends string> =
  | `${'servers'}.${S}${Rest}`
  | `${'origins'}.${O}${Rest}`
  | `${'tenants'}.${T}${Rest}`
  | `${'strategies'}.${L}${Rest}`
  | `auth.clients.${C}${Rest}`
  | `auth.${'jwt' | 'lookup'}${Rest}`
  | `${'gateway' | 'targets' | 'policy' | 'images'}${Rest}`
  | 'servers'
  | 'origins'
  | 'tenants'
  | 'auth';
type Rest = '' | `.${string}`;

/** A finding that is accepted, with the reason for it. Unused, expired and unknown ones are findings themselves (MCP904, MCP905). */
export interface Suppression<P extends string> {
  rule: RuleName;
  /** Where the finding points, or an enclosing path. */
  path: P;
  /** Why it is right here. Empty is MCP906. */
  reason: string;
  /** Last day on which it holds. */
  until?: Day;
  owner?: string;
}

/**
 * A request whose decision is promised. Defaults: host of `gateway.url`, no Origin, the newest listed revision, `tools/list` by POST; with revision
 * 2024-11-05 GET of the server's stream, `/mcp/<server>/sse`; buckets full, instances up.
 */
export type ExpectedRequest<S extends string, T extends string, C extends string> = (
  | { server: S; path?: never }
  | { path: `/${string}`; server?: never }
) & {
  origin?: string;
  host?: string;
  /** Default: POST, and GET where the route takes no POST. */
  method?: string;
  /** Also one that is not served. Default: the newest of `gateway.revisions`. */
  revision?: Revision;
  /** Whose request it is. Default: nobody's. */
  as?: { client: C; tenant?: never } | { tenant: T; client?: never };
  /** Client address. Default: `192.0.2.1`. */
  address?: string;
};

/** One policy test; `mcpgen check` runs it through the gateway's own decision. */
export interface Expectation<S extends string, T extends string, C extends string> {
  request: ExpectedRequest<S, T, C>;
  decision: 'allow' | 'deny';
  /** The refusal's HTTP status. */
  status?: number;
}

/** Which rules apply, what is accepted, and what is promised. */
export interface Policy<S extends string, O extends string, T extends string, L extends string, C extends string> {
  /** Severity of a rule, or `off`; `warn` and `warning` are the same. Rules that guard what no config can make safe cannot be turned down. */
  rules?: { readonly [rule in RuleName]?: 'error' | 'warning' | 'warn' | 'info' | 'off' };
  suppress?: readonly Suppression<ConfigPath<S, O, T, L, C>>[];
  expect?: readonly Expectation<S, T, C>[];
}

/** The half of the plan that is enforced: what the gateway, nginx and the platforms decide by. */
import type { AuthTable, IssuerTable } from '../gateway/runtime/tables/auth.js';
import type { ClientTable, TenantTable } from '../gateway/runtime/tables/caller.js';
import type { GatewayTables } from '../gateway/runtime/tables/gateway.js';
import type { RouteTable } from '../gateway/runtime/tables/route.js';
import type { ItemRuleTable } from '../gateway/runtime/tables/rules.js';
import type { About } from './about.js';
import type { OriginPlan, OriginSet } from './origin-types.js';
import type { Pool } from './pool-types.js';

/** Settings of the gateway that its tables hold as they are planned. */
export type SharedSettings = Pick<
  GatewayTables,
  | 'allow' | 'headers' | 'anyHost' | 'requireOrigin' | 'originFallback' | 'revisions' | 'workers' | 'limits' | 'timeouts' | 'sessions' | 'cors'
  | 'traces' | 'log'
>;

/** Lists of this half are arrays of named nodes, because each node also says where it was written. The tables have the same rows as pairs of name and row. */
export interface Traffic extends SharedSettings {
  readonly publicUrl: PublicUrl;
  readonly auth: AuthPlan;
  readonly hosts: readonly AcceptedHost[];
  /** As they are configured. The tables add the hop that a target generates in front of the gateway. */
  readonly trustedProxies: readonly string[];
  readonly origins: readonly OriginPlan[];
  readonly originSets: readonly OriginSet[];
  readonly serverSets: readonly ServerSet[];
  readonly ruleSets: readonly RuleSet[];
  readonly routes: readonly Route[];
  readonly clients: readonly ClientPlan[];
  readonly tenants: readonly TenantPlan[];
  readonly pools: readonly Pool[];
  readonly admin: AdminPlan | null;
}

export interface AuthPlan extends Omit<AuthTable, 'issuers'> {
  readonly issuers: readonly IssuerPlan[];
}

export interface IssuerPlan extends IssuerTable {
  readonly from: string;
}

/** The second listener. Its address is one here, and in the tables it is one for each placement. Tokens are names of secrets. */
export interface AdminPlan {
  readonly port: number;
  /** Null for the placement's own. */
  readonly host: string | null;
  readonly readToken: string | null;
  readonly writeToken: string | null;
  readonly allow: readonly string[] | null;
}

export interface PublicUrl {
  /** Without a trailing slash: `https://mcp.acme.com`. */
  readonly href: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Reached from other machines: the profile is `production` by default, and credentials are expected. */
  readonly isPublic: boolean;
  readonly from: string;
}

/** A host name that row 1 accepts: lower case, no port, no trailing dot. */
export interface AcceptedHost {
  readonly name: string;
  /** The tenant that is recognised by this host, if any. */
  readonly tenant: string | null;
  readonly from: string;
}

/** Servers that are granted together. The label is `files+search`, `+all` or `+none`. */
export interface ServerSet {
  readonly id: string;
  readonly servers: readonly string[];
}

/** Rules of one tenant or of several that have the same. The label names the first of them. */
export interface RuleSet {
  readonly id: string;
  readonly rules: readonly ItemRuleTable[];
}

export interface Route extends RouteTable {
  readonly path: string;
  readonly from: string;
}

export interface ClientPlan extends ClientTable {
  readonly name: string;
  readonly rotateBy: string | null;
  readonly from: string;
}

/** `servers` is the label of a server set; `origins` is that of an origin set which narrows the servers' own, or null. */
export interface TenantPlan extends TenantTable {
  readonly name: string;
  readonly about: About;
  /** True for the one tenant that exists when none is declared. */
  readonly implied: boolean;
  /** How requests of this tenant are recognised. The tables turn it round: from a client, a host or a path to the tenant. */
  readonly match: {
    readonly clients: readonly string[];
    readonly hosts: readonly string[];
    readonly path: boolean;
    /** Each is one set of claims that a token must all have. */
    readonly claims: readonly (readonly (readonly [string, string])[])[];
    /** Answers of the authorization API. */
    readonly lookups: readonly string[];
  };
  readonly from: string;
}

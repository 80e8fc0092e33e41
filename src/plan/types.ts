/**
 * The plan: what is to be enforced (`traffic`) and what is to be run (`infra`), resolved, without optionals, plain data.
 *
 * Arrays of named things are sorted by name. Whatever many things share is interned in a `*Sets` list and referred to by its label, so
 * that emitters work on classes and never on the product of servers and tenants. `from` is the config path a node came from, dotted.
 * Durations are milliseconds, sizes bytes, rates tokens per window.
 */
import type { Revision } from '../config/language/revisions.js';
import type { Rate } from '../config/units.js';
import type { PolicyPlan } from './policy-types.js';
import type { ChildPlan, EnvEntry, HealthPlan, Pool, Timeouts } from './pool-types.js';

export type { Rate } from '../config/units.js';
export type { ExpectationPlan, PolicyPlan, Severity, SuppressionPlan } from './policy-types.js';
export type {
  ChildPlan, ChoicePlan, EnvEntry, HeaderChangesPlan, HealthPlan, HealthQuestion, InstancePlan, Placement, Pool, PoolTimeouts, Source, Timeouts,
  TransformPlan,
} from './pool-types.js';
export { PLACEMENTS } from './pool-types.js';

export type Profile = 'production' | 'local';

export interface Plan {
  readonly name: string;
  /** Null when the config declares no environments. */
  readonly environment: string | null;
  readonly profile: Profile;
  readonly about: About;
  /** sha256 (hex) of everything else in the plan but `policy`: what a running deployment reports, and what makes a changed config roll out. */
  readonly hash: string;
  readonly traffic: Traffic;
  readonly infra: Infra;
  readonly policy: PolicyPlan;
}

export interface About {
  readonly description: string | null;
  readonly owner: string | null;
  readonly labels: Readonly<Record<string, string>>;
}

// ── traffic: what every enforcement point decides by ────────────────────────────────────────────────────────────────────────────────

export interface Traffic {
  readonly publicUrl: PublicUrl;
  readonly hosts: readonly AcceptedHost[];
  /** True with `gateway.hosts: 'any'`: row 1 lets every host pass. */
  readonly anyHost: boolean;
  readonly trustedProxies: readonly string[];
  readonly requireOrigin: boolean;
  readonly originFallback: 'none' | 'forwarded';
  readonly revisions: readonly Revision[];
  readonly origins: readonly OriginPlan[];
  readonly originSets: readonly OriginSet[];
  readonly serverSets: readonly ServerSet[];
  readonly routes: readonly Route[];
  readonly clients: readonly ClientPlan[];
  readonly tenants: readonly TenantPlan[];
  readonly pools: readonly Pool[];
  readonly limits: Limits;
  readonly timeouts: Timeouts;
  readonly sessions: { readonly keys: readonly string[]; readonly ttl: number };
  readonly cors: CorsPlan;
  readonly admin: { readonly port: number; readonly host: string | null; readonly readToken: string | null; readonly writeToken: string | null } | null;
  /** `sample` from 0 to 1. */
  readonly traces: { readonly otlp: string; readonly sample: number } | null;
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly requests: boolean; readonly audit: boolean };
}

export interface PublicUrl {
  /** Without a trailing slash: `https://mcp.acme.com`. */
  readonly href: string;
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Reached from other machines: profile `production` by default, and credentials are expected. */
  readonly isPublic: boolean;
  readonly from: string;
}

/** A host name that row 1 accepts: lower case, no port, no trailing dot. */
export interface AcceptedHost {
  readonly name: string;
  /** The tenant recognised by this host, if it is one's. */
  readonly tenant: string | null;
  readonly from: string;
}

/** One spelling of an origin, by how it is matched. */
export type OriginRule =
  | { readonly kind: 'exact'; readonly origin: string }
  /** `https://*.example.com`: exactly one extra label. `suffix` starts with the dot, `port` is empty or `:8443`. */
  | { readonly kind: 'subdomain'; readonly scheme: 'http' | 'https'; readonly suffix: string; readonly port: string }
  /** `http://localhost:*`: loopback hosts, any port. */
  | { readonly kind: 'loopback'; readonly scheme: 'http' | 'https' }
  | { readonly kind: 'any-https' }
  /** Any https host under one of these suffixes, as tunnels hand them out. */
  | { readonly kind: 'tunnel'; readonly suffixes: readonly string[] }
  /** Not understood or never safe: it matches nothing and stays here to be reported. */
  | { readonly kind: 'rejected'; readonly written: string; readonly why: OriginFault; readonly better: string | null };

export type OriginFault = 'wildcard' | 'not-canonical' | 'regex' | 'null' | 'bind-address';

export interface OriginPlan {
  readonly name: string;
  readonly rules: readonly OriginRuleAt[];
  readonly owner: string | null;
  readonly reviewBy: string | null;
  readonly note: string | null;
  readonly from: string;
}

/** A rule with the text it was written as. `written` differs from the rule where it had to be canonicalised. */
export interface OriginRuleAt {
  readonly rule: OriginRule;
  readonly written: string;
  readonly from: string;
}

/** Origins that are accepted together. Label: `app+previews`, `+all` or `+none`. */
export interface OriginSet {
  readonly id: string;
  /** Names of `Traffic.origins`. */
  readonly origins: readonly string[];
}

/** Servers that are granted together. Label: `files+search`, `+all` or `+none`. */
export interface ServerSet {
  readonly id: string;
  readonly servers: readonly string[];
}

export interface Route {
  readonly path: string;
  readonly kind: RouteKind;
  /** Empty for routes of the gateway itself. */
  readonly server: string;
  /** Label of the origin set of step 4. */
  readonly origins: string;
  readonly methods: readonly string[];
  readonly from: string;
}

/**
 * `mcp` is Streamable HTTP; `sse` and `message` are the two endpoints of 2024-11-05; `health` is the gateway's own account of its servers.
 */
export type RouteKind = 'mcp' | 'sse' | 'message' | 'health';

export interface ClientPlan {
  readonly name: string;
  /** Names of secrets. */
  readonly keys: readonly string[];
  readonly permissions: readonly string[];
  readonly rotateBy: string | null;
  readonly from: string;
}

export interface TenantPlan {
  readonly name: string;
  readonly about: About;
  /** True for the one tenant that exists when none is declared. */
  readonly implied: boolean;
  readonly match: { readonly clients: readonly string[]; readonly hosts: readonly string[]; readonly path: boolean };
  /** Label of a server set. */
  readonly servers: string;
  /** Label of an origin set that narrows the servers', or null. */
  readonly origins: string | null;
  readonly rate: Rate | null;
  readonly streams: number | null;
  readonly sessions: number | null;
  readonly from: string;
}

export interface Limits {
  readonly body: number;
  readonly headers: number;
  readonly depth: number;
  readonly streams: number;
  readonly sessions: number;
  readonly perAddress: Rate;
  readonly toolNames: number;
}

export interface CorsPlan {
  readonly credentials: boolean;
  readonly maxAge: number;
  readonly exposeHeaders: readonly string[];
  readonly allowHeaders: readonly string[];
}

// ── infra: what is run ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Infra {
  /** `gateway.listen.host`, or null for the placement's own. */
  readonly listenHost: string | null;
  /** The gateway first, then servers by name. */
  readonly workloads: readonly Workload[];
  readonly secrets: readonly SecretPlan[];
  readonly images: { readonly node: string; readonly nginx: string; /** Config paths of those the user chose. */ readonly chosen: readonly string[] };
  readonly dev: readonly DevPlan[];
  readonly targets: TargetPlans;
}

/** One thing that runs, once or several times. */
export interface Workload {
  /** `gateway`, or the server's name. Unique. */
  readonly id: string;
  readonly kind: 'gateway' | 'server' | 'stdio-host';
  readonly about: About;
  readonly image: WorkloadImage;
  readonly replicas: number;
  readonly stateful: boolean;
  /** The port that is talked to (MCP), always present. */
  readonly port: number;
  /** MCP path behind the port. */
  readonly path: string;
  /** The gateway's admin port. */
  readonly adminPort: number | null;
  readonly health: HealthPlan;
  readonly env: readonly EnvEntry[];
  readonly volumes: readonly VolumePlan[];
  readonly resources: ResourcesPlan;
  /** What a stdio host runs; null for other kinds. */
  readonly child: ChildPlan | null;
  readonly from: string;
}

export type WorkloadImage =
  /** An image that exists. `from` is where the user wrote it. */
  | { readonly kind: 'reference'; readonly reference: string; readonly from: string }
  /** The stock node image with the generated gateway mounted. */
  | { readonly kind: 'node'; readonly reference: string }
  /** Built from a generated Dockerfile that installs one pinned package on top of the node image. */
  | { readonly kind: 'install'; readonly base: string; readonly manager: 'npm' | 'uv'; readonly package: string; readonly from: string }
  /** Nothing says what a container would hold. */
  | { readonly kind: 'none'; readonly reason: string };

export interface VolumePlan {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly perInstance: boolean;
  readonly from: string;
}

/** Processor in thousandths of a core, memory in bytes. */
export interface ResourcesPlan {
  readonly requests: { readonly cpu: number; readonly memory: number };
  readonly limits: { readonly cpu: number | null; readonly memory: number };
}

/** A secret, and who needs it. */
export interface SecretPlan {
  readonly name: string;
  readonly uses: readonly SecretUse[];
}
export interface SecretUse {
  /** Workload id. */
  readonly workload: string;
  readonly purpose: 'client-key' | 'session-key' | 'admin-token' | 'environment';
  /** Client whose key it is, the variable's name, or which of the tokens it is. */
  readonly subject: string | null;
  readonly rotateBy: string | null;
  readonly from: string;
}

/** How `mcpgen dev` runs a server on this machine. */
export interface DevPlan {
  readonly server: string;
  readonly command: readonly string[];
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly instances: number;
  readonly path: string;
  readonly health: HealthPlan;
  readonly from: string;
}

export interface TargetPlans {
  readonly nginx: NginxPlan | null;
  readonly compose: ComposePlan | null;
  readonly kubernetes: KubernetesPlan | null;
  readonly fly: FlyPlan | null;
}

export interface NginxPlan {
  /** As written: `1.30`, `1.26.3`. */
  readonly version: string;
  /** Comparable: `[1, 30, 0]`. */
  readonly release: readonly [number, number, number];
  readonly listen: number;
  readonly tls: { readonly certificate: string; readonly key: string } | null;
  readonly from: string;
}

export interface ComposePlan {
  readonly project: string;
  readonly expose: number;
  readonly from: string;
}

export interface KubernetesPlan {
  readonly version: string;
  readonly minor: number;
  readonly namespace: string;
  readonly exposure: ExposurePlan;
  readonly storageClass: string | null;
  readonly pullSecrets: readonly string[];
  readonly from: string;
}

export type ExposurePlan =
  | { readonly kind: 'parent'; readonly name: string; readonly namespace: string | null }
  | { readonly kind: 'gateway-class'; readonly gatewayClass: string }
  | { readonly kind: 'none' };

export interface FlyPlan {
  readonly app: string;
  readonly region: string;
  readonly org: string | null;
  readonly vm: { readonly size: string; readonly memory: number };
  readonly scaleToZero: boolean;
  readonly from: string;
}

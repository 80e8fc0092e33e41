import type { AllowList } from './identity.js';
import type { Secret } from './secret.js';
import type { Balance } from './strategies.js';
import type { Upstream } from './towards.js';
import type { Cpu, Duration, Size } from './units.js';

export type { Balance } from './strategies.js';

/** Processor and memory of one instance, as Kubernetes means them. */
export interface Resources {
  /** What is set aside for it. */
  requests?: {
    /** At most the limit. Default: a tenth of a core (`100m`), or the limit where that is less. */
    cpu?: Cpu;
    /** At most the limit. Default: 128 MiB, and for a stdio server one child (`limits.memory`) more; or the limit where that is less. */
    memory?: Size;
  };
  /** What it may use at most. */
  limits?: {
    /** Default: no limit. */
    cpu?: Cpu;
    /** Default: 256 MiB; for a stdio server what its host (128 MiB) and all its children (`limits.processes` × `limits.memory`) may use. */
    memory?: Size;
  };
}

/** A persistent folder of a server. */
export interface Volume {
  /** Name of the volume; `[a-z][a-z0-9-]{0,30}`. */
  name: string;
  /** Where it is mounted, absolute. */
  path: string;
  /** Storage to claim. */
  size: Size;
  /** One volume for each instance rather than one for all. Default: as `stateful`. */
  perInstance?: boolean;
}

/** What every server has, whatever its transport. */
export interface ServerCommon<O extends string, L extends string> {
  description?: string;
  owner?: string;
  labels?: Readonly<Record<string, string>>;
  /** How requests are spread over instances: a declared strategy or a built-in one. Default: `round-robin`. */
  strategy?: L | Balance;
  /** Declared origins that may call this server from a browser. Default: all declared origins. */
  origins?: readonly O[];
  /** Path of the server on the gateway. Default: `/mcp/<name>`. */
  route?: `/${string}`;
  /** False: no route of its own. Default: true. */
  public?: boolean;
  /** Instances that a target runs. Default: 1. */
  replicas?: number;
  resources?: Resources;
  /**
   * Numeric user of the process, with `uid:gid` or with a gid that is the same number: not root. Its volumes are made its own on compose. An error without
   * `image`, since nothing here chooses the user of what runs elsewhere, and what mcpgen builds has user 1000. Default: the image's.
   */
  user?: number | `${number}:${number}`;
  /**
   * What it may reach outside: everything, nothing, or hosts (`api.acme.com`, `*.acme.com:8443`, `10.0.0.0/8`; port 443 where none is named). Names cannot be
   * enforced on compose and Kubernetes, and nothing can on Fly (MCP908). An error with `instances`, which nothing here runs.
   * Default: everything in profile `local`, nothing in `production` (MCP217).
   */
  egress?: 'any' | 'none' | readonly string[];
  /** Environment of the server process. A secret is a reference; `'${VAR}'` is an error, since nothing fills it in. */
  env?: Readonly<Record<string, string | Secret>>;
  volumes?: readonly Volume[];
  /**
   * Which revisions it speaks: `legacy` those with `initialize`, `modern` 2026-07-28 and later. The gateway bridges clients of the other kind, as far as
   * requests, answers, progress and cancellation go; what needs more (elicitation, sampling, tasks) is refused. `auto` finds out by `server/discover` and the
   * first `initialize`: legacy clients of a modern server are bridged, modern clients of a legacy one are told to fall back, which loses them nothing.
   * Default: `auto`.
   */
  revision?: 'auto' | 'legacy' | 'modern';
  /**
   * What becomes of a session whose instance has gone: `reinitialise` opens a new one behind the client's back, `404` tells the client to start anew
   * (MCP 2025-06-18, Session Management).
   * Default: `404` where `stateful` is set and for stdio, else `reinitialise`.
   */
  sessionLoss?: 'reinitialise' | '404';
  /** Changes on the way, after everything has been decided. Default: none. */
  transform?: Transform;
  /** Where its callers may call from, beside `gateway.allow`. Default: anywhere. */
  allow?: AllowList;
  /** Permissions that callers need, of a client those of the config, of a token its scopes. Default: none. */
  permissions?: {
    /** To call its tools, get its prompts and read its resources. Default: none. */
    call?: string;
    /** To list them. Default: none. */
    list?: string;
  };
}

/** Changes to what passes. Nothing that was judged can be changed: not the body of a request, nor the headers that MCP and HTTP themselves use. */
export interface Transform {
  /** Headers on their way to the server. Default: none. */
  request?: HeaderChanges & {
    /**
     * Headers that claim who calls or what is asked for, which no server gets from a caller (`X-User-Id`, `Remote-User`, `X-Goog-*`, tenants, roles,
     * organisations, `X-HTTP-Method-Override`, …), and that this server is given all the same: whole names, in any case. Callers may write in them what they
     * like. An error for a header of one hop, for a credential (`Authorization`, `Cookie`, `X-Api-Key`, `Proxy-*`) and for what MCP or the gateway itself sets.
     * Default: none.
     */
    pass?: readonly string[];
  };
  /** Headers and results on their way to the client. Default: none. */
  response?: HeaderChanges & {
    /**
     * JSON paths below `result` whose values become `"[redacted]"`: `content[*].text`, `structuredContent..ssn`. Names, `[0]`, `[*]`, `.*` and `..name` of
     * RFC 9535; anything else is an error. Default: none.
     */
    redact?: readonly string[];
  };
}

/**
 * Headers by name, in any case (RFC 9110 §5.1). One that MCP, HTTP or the gateway's decisions are made of (`mcp-*`, `host`, `origin`, `content-*`,
 * `authorization`, `x-forwarded-*`, …) is an error, and so is one that is both set and removed.
 */
export interface HeaderChanges {
  /** Headers to set, whatever was sent under that name. Default: none. */
  set?: Readonly<Record<string, string>>;
  /** Names of headers to leave out. Default: none. */
  remove?: readonly string[];
}

/** What every question about health has. */
interface HealthTimes {
  /** Time between two probes of one instance. Default: `30s`. */
  every?: Duration;
  /** How long one probe may take before it counts as a no. Default: `10s`. */
  timeout?: Duration;
  /** How long a new instance may take to start. Default: `60s`. */
  startup?: Duration;
}

/**
 * How an instance is asked whether it is well, on a path of its own: never the MCP path. Platforms send GET and compare no text; what they cannot
 * ask they test the port for, and the gateway asks in full (MCP908).
 */
export interface HttpHealth extends HealthTimes {
  /** Path that says so; an error where it is `path` or `sse` of the server. */
  path: `/${string}`;
  /** Method of the probe. Default: `GET`. */
  method?: 'GET' | 'HEAD' | 'POST';
  /** The status that means well, 200 to 599. Default: 200. */
  status?: number;
  /**
   * Text that the answer must contain, in its first 64 kB; an error with HEAD and with status 204 or 304, whose answers have none (RFC 9110 §6.4.1).
   * Default: none.
   */
  body?: string;
  mcp?: never;
  command?: never;
}

/** Asks in MCP itself. Platforms, which speak no MCP, test the port (MCP908). */
export interface McpHealth extends HealthTimes {
  /**
   * `ping` in one session that is kept (revisions before 2026-07-28), `discover` with `server/discover` (2026-07-28 and later). An error where `revision`
   * says that the server does not have it.
   */
  mcp: 'ping' | 'discover';
  path?: never;
  command?: never;
}

/** A program in the container that ends with 0 when all is well. Platforms run it; the gateway, which is elsewhere, tests the port. */
export interface CommandHealth extends HealthTimes {
  /** Program and arguments, no shell. An error with `instances`, which nothing here runs; Fly runs no commands (MCP908). */
  command: readonly [string, ...string[]];
  path?: never;
  mcp?: never;
}

/** One question: exactly one of `path`, `mcp` and `command`. An environment that names another one replaces the whole. */
export type Health = HttpHealth | McpHealth | CommandHealth;

/** How `mcpgen dev` runs a server on this machine; it gets `HOST` and `PORT`. */
export interface DevCommand {
  /** Program and arguments, no shell, each a word of its own. */
  command: readonly [string, ...string[]];
  /** Relative to the config file. Default: its folder. */
  cwd?: string;
  /** Added to the environment that `mcpgen dev` was started with, which the server gets as well. */
  env?: Readonly<Record<string, string>>;
  /** Default: 1. */
  instances?: number;
}

/** Instances that exist already, at the same addresses in every placement. */
export interface Instance {
  /** Name in logs and session ids. Default: host and port of the URL. */
  id?: string;
  /**
   * The MCP endpoint, with its path. What a client has in its query goes behind the query that this has, without the parameters that are named here:
   * `…/mcp?project=acme` is for that project, whatever a client asks for.
   */
  url: string;
  /**
   * Share of requests, relative to the others, 1 to 1000. Strategies that weigh are `weighted`, `random` and `rendezvous`; with others it is an error.
   * Default: 1.
   */
  weight?: number;
  /** Where it is, for `prefer: 'region'`: lower case letters, digits and dashes, such as `ord` or `eu-central-1`. Default: none. */
  region?: string;
  /** False takes it out of rotation without deleting it. Default: true. */
  enabled?: boolean;
}

interface HttpCommon<O extends string, L extends string> extends ServerCommon<O, L> {
  kind: 'http';
  /** Port the server listens on. Default: 8000. */
  port?: number;
  /** Path of its MCP endpoint. Default: `/mcp`. */
  path?: `/${string}`;
  /** Sessions live in the instance: a StatefulSet with stable names. Default: false. */
  stateful?: boolean;
  /** How an instance is asked whether it is well. Default: a TCP connection to the MCP port. */
  health?: Health;
  /**
   * Path of its own endpoint for the transport of 2024-11-05, such as `/sse` (MCP 2024-11-05, HTTP with SSE). An error where `gateway.revisions` does not
   * list that revision. Default: none, and the gateway serves that transport from `path`.
   */
  sse?: `/${string}`;
  /** How the gateway shows itself to it. Default: not at all. */
  upstream?: Upstream;
  dev?: DevCommand;
}

/** A server that a target runs from an image. */
export interface ImageServer<O extends string, L extends string> extends HttpCommon<O, L> {
  /** Image reference, best with a digest (MCP504). */
  image: string;
  instances?: never;
}

/** A server that exists already. */
export interface ExistingServer<O extends string, L extends string> extends HttpCommon<O, L> {
  instances: readonly [Instance, ...Instance[]];
  image?: never;
}

/** A server behind Streamable HTTP: exactly one of `image` and `instances`. */
export type HttpServer<O extends string, L extends string> = ImageServer<O, L> | ExistingServer<O, L>;

/** How `mcpgen dev` runs a stdio server: another program that speaks over stdin and stdout, such as one from its sources. */
export interface StdioDevCommand {
  /** Program and arguments, no shell; `args` are not joined to it. */
  command: readonly [string, ...string[]];
  /** Relative to the config file. Default: `cwd` of the server. */
  cwd?: string;
  /** Variables beside those of the server's `env`, which they replace. */
  env?: Readonly<Record<string, string>>;
}

/** Bounds of one stdio server; without them a child can take its host down. */
export interface StdioLimits {
  /**
   * Child processes at once. When all run, the session longest idle makes room; where none is idle, 503. A caller has at most half of what the others leave.
   * Default: 8.
   */
  processes?: number;
  /** Resident memory of one child; above it the child is ended. Default: `256mb`. */
  memory?: Size;
  /** Longest line a child may print; a longer answer fails its one call. Default: `4mb`. */
  line?: Size;
  /** A session without traffic loses its child after this. Default: `10m`. */
  idle?: Duration;
}

interface StdioCommon<O extends string, L extends string> extends ServerCommon<O, L> {
  kind: 'stdio';
  /** Program and arguments, no shell: each is a word of its own, and variables in them are an error, since nothing fills them in. */
  command: readonly [string, ...string[]];
  /** Further arguments, joined to those of `command`. Default: none. */
  args?: readonly string[];
  /** Folder it runs in. Default: that of the gateway. */
  cwd?: string;
  /**
   * One child per session, or one for all sessions. A shared child knows one client: what it asks or says unasked reaches a caller only where that caller
   * alone can be meant, else nobody (MCP319). Default: `session`.
   */
  sharing?: 'session' | 'shared';
  limits?: StdioLimits;
  /** How `mcpgen dev` runs it on this machine, with the same `env` and its own added. Default: none, and `command` is run there too. */
  dev?: StdioDevCommand;
  image?: never;
  npm?: never;
  uv?: never;
}

/** A server that speaks over stdin and stdout. In containers it needs one of `npm`, `uv` and `image`: what the image holds. */
export type StdioServer<O extends string, L extends string> =
  | StdioCommon<O, L>
  | (Omit<StdioCommon<O, L>, 'npm'> & { /** Pinned npm package, `name@1.2.3`. */ npm: `${string}@${string}` })
  | (Omit<StdioCommon<O, L>, 'uv'> & { /** Pinned Python package, `name==1.2.3`. */ uv: `${string}==${string}` })
  | (Omit<StdioCommon<O, L>, 'image'> & { /** Image that holds the command and a `node`. */ image: string });

/** An MCP server, by transport. */
export type Server<O extends string, L extends string> = HttpServer<O, L> | StdioServer<O, L>;

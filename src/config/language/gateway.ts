import type { AllowList } from './identity.js';
import type { Revision } from './revisions.js';
import type { Secret } from './secret.js';
import type { Resources } from './servers.js';
import type { Duration, Percentage, Rate, Size } from './units.js';

export type { Revision } from './revisions.js';

/** The generated gateway: where it listens, whom it trusts, and what it lets one process take on. */
export interface Gateway {
  /**
   * The one public URL, without a path. Host checks, TLS and client configs come from it.
   * Default: `http://127.0.0.1:<listen.port>`; then the profile is `local`.
   */
  url?: string;
  /** Further host names that are accepted (RFC 9110 §7.2). `'any'` accepts every one and is reported as MCP111. Default: none. */
  hosts?: readonly string[] | 'any';
  /** Address and port of the gateway process. */
  listen?: {
    /** Default: loopback in placement `local`, all interfaces elsewhere. */
    host?: string;
    /** Default: 8080. */
    port?: number;
  };
  /** How many gateway processes a target runs. Default: 1. */
  replicas?: number;
  /**
   * Processes that share the listener of one gateway, for machines on which one process cannot reach all cores (`node:cluster`). They share nothing
   * else: each enforces its part of `limits.streams`, `limits.sessions`, `limits.perAddress` and of the tenants' limits, and a connection stays at one of
   * them, so that a client with one connection has the rate divided by the number of workers. An error with stdio servers that run in the gateway's own
   * process, and with 2024-11-05 where the gateway itself holds the streams: both live in one process. At most 64. Default: 1.
   */
  workers?: number;
  /** What one gateway process may use; its workers share it. */
  resources?: Resources;
  /** Networks (CIDR) of hops outside everything generated that may set `X-Forwarded-*`. Default: none. */
  trustedProxies?: readonly string[];
  /** Refuse requests without an `Origin` header. Native clients send none. Default: false. */
  requireOrigin?: boolean;
  /** `'forwarded'` takes `X-Forwarded-Proto` and `X-Forwarded-Host` of a trusted hop for a missing Origin. Default: `none`. */
  originFallback?: 'none' | 'forwarded';
  /** Where clients may call from, whatever server they call. Servers, tenants and the admin listener have lists of their own. Default: anywhere. */
  allow?: AllowList;
  limits?: GatewayLimits;
  timeouts?: GatewayTimeouts;
  /**
   * Protocol revisions that clients may speak. `2024-11-05` adds the routes of its transport, `/mcp/<server>/sse` and `/mcp/<server>/message`; alone it
   * leaves none at `/mcp/<server>`.
   * Default: `['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']`.
   */
  revisions?: readonly Revision[];
  /**
   * Secrets that seal session ids: the first seals, all open, so that a key is rotated by putting a new one in front.
   * At least 32 bytes each. Default: one at random at each start, in profile `local` only.
   */
  sessionKeys?: readonly Secret[];
  /**
   * How long a session id stays valid. Default: `24h`. An id is its session's state, sealed, and no store can strike it out: one that its client has ended with
   * DELETE is refused for as long as it would have lived by the gateway that heard so, in all of its `workers`, until that is restarted, and there for the
   * last 100,000 of them. Another replica does not hear of it: there the server that has ended the session refuses it, unless `sessionLoss: 'reinitialise'`
   * opens it again for its own client. A shorter time bounds that.
   */
  sessionTtl?: Duration;
  /** Who terminates TLS. Default: `{ at: 'platform' }`, the platform in front. */
  tls?: { at: 'platform' } | { at: 'nginx'; certificate: string; key: string };
  cors?: Cors;
  /** Security headers of every answer. */
  headers?: SecurityHeaders;
  /** The admin listener (`/metrics`, `/config`). Off unless given. */
  admin?: Admin;
  log?: Log;
  /** Where spans go. Trace context is passed on in any case (W3C Trace Context). Default: nowhere. */
  traces?: Traces;
}

/** Spans in OTLP/HTTP, JSON encoding. */
export interface Traces {
  /** Address of the collector, http or https, without credentials: `https://otel.acme.com:4318`. `/v1/traces` is added where it has no path (OTLP/HTTP). */
  otlp: string;
  /**
   * Share of the requests without a trace of their own that begin one, `0%` to `100%`; a caller's decision is kept (W3C Trace Context, sampled flag).
   * Default: `100%`.
   */
  sample?: Percentage;
}

/**
 * Limits count per gateway, not across replicas; workers divide them. What all callers use has shares, so that nobody takes the last of it: a tenant has at
 * most half of what the other tenants leave, and a caller at most half of what the other callers leave, of its tenant and of all. A caller is a client by its
 * name, or an address where clients have none. Who has nothing yet may have the last. A refusal says when to ask again (`Retry-After`), is counted
 * (`mcpgen_refusals_total`) and logged.
 */
export interface GatewayLimits {
  /**
   * Largest request body; 413 above it, and for one that takes more than eight times as much as values, which only texts of empty containers do. All bodies
   * together have 32 MB (four times this limit where that is more), and those of up to 64 kB another 8 MB; 503 above a caller's share. What counts is what has
   * arrived, until the server has it; of what may have to be sent once more (it only reads, introduces a client or is in a session) until the server answers
   * or the client leaves. A connection may have 32 requests under way; 503 above it. Default: `4mb`.
   */
  body?: Size;
  /** Request line and headers together; 431 above it. Default: `16kb`. */
  headers?: Size;
  /** Nesting of arrays and objects in a body; 400 above it. Default: 64. */
  depth?: number;
  /**
   * Event streams that listen; 429 above a caller's share. As many calls may be under way besides, since the answer of each may turn out to be a stream: a
   * call that has run is never cut short for want of a place. `streams` of a tenant counts only what is a stream. Default: 2000.
   */
  streams?: number;
  /** Open legacy sessions; 429 on `initialize` above a caller's share. One that is not heard of for an hour does not count. Default: 10000. */
  sessions?: number;
  /**
   * Requests of one client address; 429 above it. An IDE that connects to ten servers at once sends some fifty. Nothing is counted on Kubernetes while the
   * gateway is exposed and `trustedProxies` names no proxy, whose address all clients would have (MCP318). Default: `100/s`.
   */
  perAddress?: Rate;
  /**
   * Tool names of one server that metrics tell apart; the others, and those above the share of a tenant or named client among several, count as `other`.
   * At most 10000. Default: 64.
   */
  toolNames?: number;
  perClient?: PerClient;
}

/** What one principal may, whatever its tenant: a client by its name, a token's subject, or an address where callers have no credentials. */
export interface PerClient {
  /** Requests; 429 `client-rate` above it. Counted like `limits.perAddress`: per gateway process. Default: no limit. */
  rate?: Rate;
  /** Open event streams; 429 above it. Default: no limit of its own, but a share of the gateway's. */
  streams?: number;
  /**
   * `RATE_LIMIT_REQUESTS` and `RATE_LIMIT_WINDOW` (seconds, 60 where it is not set) take the place of `rate` on a machine where they are set. A malformed one
   * ends the start. Default: false.
   */
  fromEnvironment?: boolean;
}

/**
 * Security headers. The gateway sets them on its own answers and on those it passes on, and leaves out what a server says under these names: one owner.
 * `X-Content-Type-Options: nosniff` is always among them. `false` leaves one out.
 */
export interface SecurityHeaders {
  /** `Strict-Transport-Security` (RFC 6797). Default: `max-age=31536000` where `gateway.url` is https, else none. */
  hsts?: string | false;
  /** `Content-Security-Policy`. Default: `default-src 'none'; frame-ancestors 'none'`, since nothing here is a page. */
  csp?: string | false;
  /** `X-Frame-Options`. Default: `DENY`. */
  frame?: 'DENY' | 'SAMEORIGIN' | false;
  /** `Referrer-Policy`. Default: `no-referrer`. */
  referrer?:
    | 'no-referrer' | 'no-referrer-when-downgrade' | 'same-origin' | 'origin' | 'strict-origin'
    | 'origin-when-cross-origin' | 'strict-origin-when-cross-origin' | false;
  /** `Permissions-Policy`. Default: none. */
  permissions?: string | false;
}

/** Every wait is bounded; each limit is separate because each failure is. */
export interface GatewayTimeouts {
  /** Opening a connection to an instance. Default: `2s`. */
  connect?: Duration;
  /** From the request sent to the first byte of the answer. Default: `60s`. */
  firstByte?: Duration;
  /**
   * From the request sent to the end of an answer that is not an event stream; also how long a call of a legacy client that has left may go on. Default: `10m`.
   */
  response?: Duration;
  /** Without a byte on an event stream. Default: `5m`. */
  idleStream?: Duration;
  /** Between keep-alive comments on event streams that the gateway itself owns. Default: `15s`. */
  keepAlive?: Duration;
  /** How long running requests may go on after SIGTERM. Default: `25s`. */
  drain?: Duration;
}

/** CORS answers for browser clients (Fetch standard). */
export interface Cors {
  /** `Access-Control-Allow-Credentials`. Default: false. */
  credentials?: boolean;
  /** How long a browser may keep a preflight answer. Default: `10m`. */
  maxAge?: Duration;
  /** Response headers scripts may read, beyond `Mcp-Session-Id` and `WWW-Authenticate`. Default: none. */
  exposeHeaders?: readonly string[];
  /** Request headers scripts may send, beyond those of MCP and the `Mcp-Param-*` that a preflight asks for. Default: none. */
  allowHeaders?: readonly string[];
}

/**
 * The admin listener: on loopback in placement `local`, on an internal network elsewhere. `GET /metrics` (Prometheus), `/config`, `/gateway/stats` (requests,
 * health and share of load by instance), `/circuit-breakers`; `POST /circuit-breakers/reset`, of all or of what its JSON body names:
 * `{ "server": "search", "instance": "10.0.0.7:8000" }`. With `workers`, series of metrics have a label `worker`, `/config` is that of one worker, and the
 * other pages list what each says: `{ "workers": [{ "worker": 1, … }] }`. How servers are is also told at `/health/servers` of the public listener: to
 * everybody in profile `local`, else to callers about the servers they may use.
 */
export interface Admin {
  /** Default: 9180. */
  port?: number;
  /** Default: loopback in placement `local`, all interfaces elsewhere. */
  host?: string;
  /** Bearer token for reading. Without one the listener answers on loopback only. */
  readToken?: Secret;
  /**
   * Bearer token for changing: `POST /circuit-breakers/reset`. It may read as well, and is another secret than `readToken`. Without one changes are taken
   * from loopback only, and not at all where there is a `readToken`.
   */
  writeToken?: Secret;
  /** Where operators may call from, beside the tokens. Default: anywhere that reaches the listener. */
  allow?: AllowList;
}

/** What the gateway writes to its log, one JSON object per line. */
export interface Log {
  /** Default: `info`; `MCP_LOG_LEVEL` overrides it at start. */
  level?: 'debug' | 'info' | 'warn' | 'error';
  /** One line per request. Default: true. */
  requests?: boolean;
  /**
   * One line per tool call and per refusal, with every fact that decided and a keyed digest of the arguments, never their values;
   * `mcpgen explain request --log` decides it again. These lines do not depend on `level`. What operators change, and what they are refused, is written in any
   * case. Default: true.
   */
  audit?: boolean;
}

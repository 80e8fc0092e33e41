import type { AllowList, ItemRule, JwtIssuer, Lookup } from './identity.js';
import type { Secret } from './secret.js';
import type { Balance } from './strategies.js';
import type { Forward } from './towards.js';
import type { Day, Duration, Percentage, Rate } from './units.js';

/**
 * An origin that may call: `https://app.example.com`, `https://*.example.com` (one extra label), `http://localhost:*` (any port), or an installed app, which is
 * written whole: `chrome-extension://<id>`, `moz-extension://<id>`, `vscode-webview://<id>`, `app://…`, `tauri://localhost`, `capacitor://localhost`.
 */
export type OriginPattern = `${string}://${string}`;

/** One named origin, several under one name, or a preset seen in the wild (`any-https` is MCP102, `ngrok` MCP108). */
export type Origin =
  | OriginPattern
  | readonly OriginPattern[]
  | {
      origin: OriginPattern | readonly OriginPattern[];
      /** Who answers for it. */
      owner?: string;
      /** When it is to be looked at again. */
      reviewBy?: Day;
      note?: string;
    }
  | { preset: 'any-https' | 'ngrok' };

/** One way to tell which tenant a request belongs to. */
export type Match<C extends string> =
  | { /** The client whose API key was used. */ client: C }
  | { /** The host name that was called. */ host: string }
  | { /** The path starts with `/t/<tenant>`. */ path: true }
  | {
      /**
       * The caller's token has all of these claims; a claim that is a list has a value that it holds. With several issuers `iss` must be among them, since each
       * issuer could claim anything. An error without `auth.jwt`.
       */
      claim: Readonly<Record<string, string>>;
    }
  | { /** What the authorization API answers as `tenant`. An error without `auth.lookup`. */ lookup: string };

/** A tenant: whom it is recognised by and what it may use. */
export interface Tenant<S extends string, O extends string, C extends string> {
  description?: string;
  owner?: string;
  labels?: Readonly<Record<string, string>>;
  /** How requests are recognised as this tenant's. Two tenants that match one request are refused. */
  match: Match<C> | readonly Match<C>[];
  /** Servers it may use; `'*'` is all. Default: none. */
  servers?: readonly S[] | '*';
  /** Narrows the origins of its servers. Default: the servers' own. */
  origins?: readonly O[];
  /** Requests of the tenant together, per gateway process; 429 above it. Default: no limit. */
  rate?: Rate;
  /**
   * Open event streams, per gateway process; 429 above it. Streams that calls have turned into count: while there are so many of those, calls are refused
   * too, before they are sent. Where the tenant has several callers, each leaves the others half. Default: no limit of its own, but a share of the gateway's.
   */
  streams?: number;
  /** Open legacy sessions, per gateway process; 429 above it. Default: no limit of its own. */
  sessions?: number;
  /** Where its callers may call from, beside `gateway.allow`. Default: anywhere. */
  allow?: AllowList;
  /**
   * What it may use of its servers: the first rule that matches decides, and where none does the answer is no. The same rules decide calls and filter lists,
   * and what is denied looks like what does not exist. Default: everything.
   */
  tools?: readonly ItemRule[];
  /** What its servers are told of its callers. Default: nothing. */
  forward?: Forward;
}

/**
 * A named way to spread requests over instances, and to get by when one fails. Under the name of a built-in one (`weighted: { balance: 'weighted', … }`) it
 * is that one with settings, `round-robin` also for servers that name none.
 */
export interface Strategy {
  /**
   * `round-robin` takes turns. `least-connections` takes the instance with the fewest requests under way. `weighted` takes turns in proportion to the
   * `weight` of instances (smoothly, as nginx does). `health-based` prefers instances that answered well and fast of late. `random` draws two and takes the
   * less busy one. `rendezvous` sends one tenant or principal to the same instance as long as it is there (highest random weight). No default.
   */
  balance: Balance;
  /**
   * How many more instances a request that only reads (lists, reads, discovery) is sent to when one fails before its answer. A request that no byte of has
   * left is always tried elsewhere; a `tools/call` that may have left never is. At most 5. Default: 0.
   */
  retries?: number;
  /** Where these differ from `gateway.timeouts`, which are the default of each. Hops that are generated in front wait as long as the longest. */
  timeouts?: { connect?: Duration; firstByte?: Duration; response?: Duration; idleStream?: Duration };
  /** Cuts an instance off that keeps failing, and lets one request try it again after the cooldown. Default: none. */
  breaker?: Breaker;
  /** What may be out of rotation for what requests learned about it, beside what probes say. */
  ejection?: {
    /** Share of the instances; `0%` ejects none. Default: `50%`. */
    max?: Percentage;
  };
  /**
   * What `rendezvous` keeps together; an error with any other balance.
   * Default: the `principal`, which is the client; all who come without credentials are one.
   */
  by?: 'tenant' | 'principal';
  /**
   * `region`: instances of the gateway's own region first, others when none of those is well. The gateway's is `MCP_GATEWAY_REGION`, or Fly's. An error where
   * no instance of any server that uses the strategy has a region. Default: none is preferred.
   */
  prefer?: 'region';
}

/**
 * A circuit breaker of each instance: failed connections, answers 502, 503 and 504, and answers that did not come count. A 500 does not: it may be what one
 * tool answers to one caller. Where several callers use the instance, failures of one count for at most half of those that open it.
 */
export interface Breaker {
  /** Failures within the window that open it, at most 1000; with several callers at least two, of two of them. Default: 5. */
  failures?: number;
  /** How long a failure counts. Default: `30s`. */
  window?: Duration;
  /** How long it stays open before one request may try. Default: `30s`. */
  cooldown?: Duration;
}

/** A program that calls with an API key (`Authorization: Bearer` or `X-Api-Key`). */
export interface Client {
  /** Accepted keys; several while one is being rotated. At least 16 bytes each. */
  keys: readonly [Secret, ...Secret[]];
  /** What the client may do; carried with the principal. Default: none. */
  permissions?: readonly string[];
  /** The day by which the keys must have been replaced; shown where secrets are listed. */
  rotateBy?: Day;
}

/** Who may call. As soon as there are clients, issuers or a lookup, every request needs credentials. */
export interface Auth<C extends string> {
  clients?: { readonly [name in C]: Client };
  /**
   * Keys of declared clients are read from the environment too: `API_KEY_1=<key>:<client>:<permissions, comma separated>` and so on. One that is malformed,
   * that has a key of less than 16 bytes or names no declared client ends the start. Default: false.
   */
  environmentKeys?: boolean;
  /** Issuers of tokens (RFC 9068, RFC 7519) that are accepted as `Authorization: Bearer`. Default: none. */
  jwt?: JwtIssuer | readonly [JwtIssuer, ...JwtIssuer[]];
  /** An API that says which tenant a credential belongs to. Default: none. */
  lookup?: Lookup;
  /**
   * Where clients get tokens: what metadata (RFC 9728) and challenges name. https URLs. Default: the issuers in `jwt` that have `jwks`.
   */
  authorizationServers?: readonly string[];
}

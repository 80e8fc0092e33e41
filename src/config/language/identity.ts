/** Who is believed about who calls: issuers of tokens, an authorization API, networks. */
import type { Secret } from './secret.js';
import type { Duration } from './units.js';

/** Networks that requests may come from. */
export interface AllowList {
  /**
   * Networks in CIDR notation, or single addresses. What is compared is the right-most address that no trusted hop reports (`gateway.trustedProxies`), so no
   * header of a client can claim another one; 403 `address-not-allowed` for all others.
   */
  cidrs: readonly [string, ...string[]];
}

/** How a signature is made: RFC 7518 §3.1, and EdDSA (Ed25519) of RFC 8037. `none` is not among them. */
export type JwtAlgorithm =
  | 'RS256' | 'RS384' | 'RS512'
  | 'PS256' | 'PS384' | 'PS512'
  | 'ES256' | 'ES384' | 'ES512'
  | 'EdDSA'
  | 'HS256';

interface IssuerCommon {
  /**
   * `iss` of its tokens, compared letter by letter (RFC 7519 §4.1.1): with or without a slash at the end, as the issuer itself writes it. An https URL where
   * it has `jwks`; http is taken for loopback hosts only. Two issuers cannot share one.
   */
  issuer: string;
  /**
   * A token is taken where its `aud` holds one of these. Without it a token must have been asked for with `resource` (RFC 8707), which not every issuer does.
   * Default: the URL of the route that was called, `<gateway.url>/mcp/<server>`.
   */
  audience?: string | readonly [string, ...string[]];
  /** By how much the clocks may differ for `exp`, `nbf` and `iat`, at most `5m`. Default: `30s`. */
  leeway?: Duration;
  /** How old a token may be by its `iat`, which it must have then. Default: as old as its `exp` allows. */
  maxAge?: Duration;
  /** Scopes that every token of this issuer must have. Metadata and challenges ask for them (RFC 9728 §2). Default: none. */
  scopes?: readonly string[];
}

/** An issuer that publishes its keys. */
export interface JwksIssuer extends IssuerCommon {
  /**
   * Where its keys are (RFC 7517), an https URL. It is the only one that is asked: no redirect is followed, and nothing in a token can name another. Keys that
   * have been had stay good for a while when it does not answer; without any, 503 `issuer-unavailable`.
   */
  jwks: string;
  secret?: never;
  /** What its tokens may be signed with. A key is used with the algorithms of its own kind alone. Default: every one but `HS256`. */
  algorithms?: readonly [Exclude<JwtAlgorithm, 'HS256'>, ...Exclude<JwtAlgorithm, 'HS256'>[]];
}

/** An issuer that shares a secret with the gateway (HS256). */
export interface SecretIssuer extends IssuerCommon {
  /** The shared secret, at least 32 bytes (RFC 7518 §3.2). Whoever holds it can make tokens. */
  secret: Secret;
  jwks?: never;
  /** Nothing else can be made with a shared secret here. Default: `HS256` alone. */
  algorithms?: readonly ['HS256'];
}

/** Who signs tokens that are accepted: exactly one of `jwks` and `secret`. */
export type JwtIssuer = JwksIssuer | SecretIssuer;

/**
 * An authorization API that says which tenant a credential belongs to. It is asked `GET url` with the credential in a header, and answers 200 with
 * `{ "tenant": "…" }`, beside it perhaps `subject`, `permissions` (a list) and `expiresIn` (seconds). 401, 403 and 404 mean none. Whatever else happens, the
 * request is refused with 503 `lookup-unavailable`: nobody is let in on its silence.
 */
export interface Lookup {
  /** An https URL; http is taken for loopback hosts only. No redirect is followed. */
  url: string;
  /** How long an answer is kept, for one credential. Default: `60s`. */
  cache?: Duration;
  /** Header that carries the credential; under `authorization` it is sent as `Bearer`. Default: `authorization`. */
  header?: string;
  /** How long it may take. Default: `2s`. */
  timeout?: Duration;
}

/** A tool, a prompt or a resource of a server. */
export type ItemKind = 'tool' | 'prompt' | 'resource';

interface RuleCommon {
  /** Items of this kind alone; with `args` it can only be `tool`. Default: all kinds, and tools where there are `args`. */
  kind?: ItemKind;
  /**
   * Conditions on arguments of a call, all of which must hold; a dot goes into objects: `'filter.path'`. Where there are any the rule is about tools, and a
   * list shows a tool that some arguments would make allowed. Default: any arguments.
   */
  args?: Readonly<Record<string, ArgumentCondition>>;
}

/**
 * One rule on what callers may use. A pattern is `<server>.<glob>`, or a glob for all servers: `files.delete_*`, `*.get_*`, `*`. `*` in the glob is any text,
 * also none. What is compared is the server's own name of a tool or prompt, or the URI of a resource. Text before the first dot that looks like a server's name
 * must be one. A URI that servers may read as another (steps up, needless escapes, capitals in its scheme) is allowed only by `*` or by a pattern without
 * `*`, and is meant by every pattern that denies URIs.
 */
export type ItemRule =
  | (RuleCommon & {
      /** Pattern of what may be used. */
      allow: string;
      deny?: never;
      /**
       * Permissions that the caller must have as well: of a client those of the config, of a token its scopes. A caller whose token lacks a scope is told to
       * ask for it (403 `insufficient_scope`) where there is an authorization server; to everybody else the item does not exist. Default: none.
       */
      needs?: string | readonly [string, ...string[]];
    })
  | (RuleCommon & {
      /** Pattern of what may not be used. */
      deny: string;
      allow?: never;
      needs?: never;
    });

type ConditionKey = 'equals' | 'in' | 'matches' | 'under' | 'min' | 'max' | 'maxLength' | 'present';
/** The keys of the other conditions cannot be there. */
type Only<T> = T & { readonly [K in Exclude<ConditionKey, keyof T>]?: never };

/** What one argument must be. One that is not there, or of another type, fulfils only `present: false`. */
export type ArgumentCondition =
  | Only<{ /** This value exactly. */ equals: string | number | boolean }>
  | Only<{ /** One of these values exactly. */ in: readonly [string | number | boolean, ...(string | number | boolean)[]] }>
  | Only<{ /** Text that this glob matches whole: `*` is any text. */ matches: string }>
  | Only<{ /** A path that is this one or below it, without `..`, escapes and backslashes. */ under: `/${string}` }>
  | Only<{ /** A number, at least this. */ min: number; /** A number, at most this. */ max?: number }>
  | Only<{ /** A number, at most this. */ max: number }>
  | Only<{ /** Text of at most so many characters. */ maxLength: number }>
  | Only<{ /** Whether it is there at all. */ present: boolean }>;

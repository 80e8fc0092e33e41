/** What servers are told: credentials of the gateway, and what it says of its callers. */
import type { Secret } from './secret.js';

/** How the gateway shows itself to one server. No caller's headers can stand in for these. */
export interface Upstream {
  /**
   * Headers that every request to it has, by name: text or `secret('NAME')`. An error for one that MCP, HTTP or the gateway itself sets; a credential in
   * `Authorization` is `auth`. Default: none.
   */
  headers?: Readonly<Record<string, string | Secret>>;
  /** The gateway's own credential there. Default: none. */
  auth?: UpstreamAuth;
  tls?: UpstreamTls;
  /** Turns the caller's token into one for this server, so that it knows its user. An error beside `auth` and without `auth.jwt`. Default: off. */
  exchange?: TokenExchange;
}

/** `Authorization: Bearer …`, or another header. */
export type UpstreamAuth =
  | { /** Sent as `Authorization: Bearer <secret>`. */ bearer: Secret; header?: never; secret?: never; scheme?: never }
  | {
      /** The header that carries it, such as `X-Api-Key`. */
      header: string;
      secret: Secret;
      /** The word before the secret, such as `Basic` or `Token`. Default: none. */
      scheme?: string;
      bearer?: never;
    };

/**
 * TLS to a server: PEM text, or `secret('NAME')`, which may have `\n` for its line breaks. A server with an `image` is spoken to by https as soon as one of
 * these is there; with `instances` their URLs say so, and it is an error where none is https.
 */
export interface UpstreamTls {
  /** Certificates that are trusted in place of the system's. Default: the system's. */
  ca?: string | Secret;
  /** The gateway's own certificate (mutual TLS), with those of its issuers. Needs `key`. Default: none. */
  cert?: string | Secret;
  /** Its private key: always a secret. Needs `cert`. */
  key?: Secret;
}

/**
 * Token exchange (RFC 8693): the caller's token is sent to `url` as `subject_token`, and the one that comes back goes to the server. It is kept for the caller
 * until it expires. Callers without a token are refused, and so is everybody while `url` does not answer.
 */
export interface TokenExchange {
  /** Token endpoint, an https URL; http is taken for loopback hosts only. */
  url: string;
  /** Whom the gateway is there: sent by HTTP Basic where it has a secret, else as `client_id` (RFC 6749 §2.3.1). */
  client: { /** `client_id`. */ id: string; /** Default: none, a public client. */ secret?: Secret };
  /** Whom the new token is for (`audience`). Default: the server's URL, as `resource`. */
  audience?: string;
  /** What the new token may do (`scope`). Default: what the endpoint gives. */
  scopes?: readonly string[];
  /** `token-exchange` asks for an access token; `id-jag` for an identity assertion grant (ID-JAG), which is redeemed for one (RFC 7523). */
  grant: 'token-exchange' | 'id-jag';
}

/** What the servers of a tenant are told of its callers. Without it they are told nothing: whatever a client claims is left out. */
export interface Forward {
  /** The tenant's name, signed, so that a server need not trust its network. Default: none. */
  signed?: {
    /** `X-TB-` makes `X-TB-Tenant-ID`, `X-TB-Timestamp` (milliseconds) and `X-TB-Signature`: HMAC-SHA256 of `tenant:timestamp` in hex. */
    prefix: string;
    /** At least 32 bytes; the servers need it too. */
    secret: Secret;
  };
  /** The caller's own token, where its `aud` holds this audience. Not for servers that have `upstream.auth` or `upstream.exchange`. Default: never. */
  bearer?: { audience: string };
  /** Headers about the caller, by name. What is not known of a caller is left out. Default: none. */
  headers?: Readonly<Record<string, ForwardedFact>>;
}

/** Text, a claim of the caller's token, or what the gateway knows. */
export type ForwardedFact =
  | string
  | { /** A claim of the token, such as `email`; a list is joined by commas. */ claim: string; fact?: never }
  | { /** The name of the tenant, the client by its name or `client_id`, or `sub`. */ fact: 'tenant' | 'client' | 'subject'; claim?: never };

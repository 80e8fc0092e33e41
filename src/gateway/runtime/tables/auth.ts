/** Whose word is taken for who calls: issuers of tokens, and an API that knows which tenant a caller belongs to. Durations are milliseconds. */
import type { Pairs } from './pairs.js';

export interface AuthTable {
  /** Every request needs credentials, also where a tenant is recognised by host or path. False only where nothing tells callers apart by credentials. */
  readonly wanted: boolean;
  /** Keys of declared clients are read from `API_KEY_n` too: `<key>:<client>:<permissions>`. */
  readonly environmentKeys: boolean;
  readonly issuers: readonly IssuerTable[];
  readonly lookup: LookupTable | null;
  /** What metadata and challenges name (RFC 9728 §2). Empty where there is none, and then there are neither. */
  readonly authorizationServers: readonly string[];
  /** The claims that something in this config reads. No others are kept of a token, or logged. */
  readonly claims: readonly string[];
}

/** Names of RFC 7518 §3.1 and RFC 8037. */
export type Algorithm =
  | 'RS256' | 'RS384' | 'RS512'
  | 'PS256' | 'PS384' | 'PS512'
  | 'ES256' | 'ES384' | 'ES512'
  | 'EdDSA'
  | 'HS256';

/** Who signs tokens that are accepted here. */
export interface IssuerTable {
  /** `iss`, compared as it is written (RFC 7519 §4.1.1). */
  readonly issuer: string;
  readonly keys: { readonly kind: 'jwks'; readonly url: string } | { readonly kind: 'secret'; readonly secret: string };
  /** One of these must be in `aud`. Null: the URL of the route that was called, its resource (RFC 8707). */
  readonly audiences: readonly string[] | null;
  readonly algorithms: readonly Algorithm[];
  /** By how much clocks may differ. */
  readonly leeway: number;
  /** How old a token may be by its `iat`; null for as old as its `exp` allows. */
  readonly maxAge: number | null;
  /** Every token of this issuer must carry these. They are also what metadata and challenges ask for. */
  readonly scopes: readonly string[];
}

/** An HTTP API that is asked which tenant a credential belongs to. */
export interface LookupTable {
  readonly url: string;
  readonly cache: number;
  /** The header that carries the credential, in lower case. */
  readonly header: string;
  readonly timeout: number;
}

/** Text, or the name of a secret whose value stands there. */
export type TextOrSecret = { readonly text: string } | { readonly secret: string };

/** What of a caller a header can say. */
export type HeaderSource = { readonly text: string } | { readonly claim: string } | { readonly fact: 'tenant' | 'client' | 'subject' };

/** What a tenant's servers are told of its callers. */
export interface ForwardTable {
  /** `<prefix>Tenant-ID`, `<prefix>Timestamp`, `<prefix>Signature`; the secret signs. */
  readonly signed: { readonly prefix: string; readonly secret: string } | null;
  /** The caller's own token goes on where its `aud` holds this. */
  readonly bearer: { readonly audience: string } | null;
  /** Header names in lower case. */
  readonly headers: Pairs<HeaderSource>;
}

/** How the gateway shows itself to one server. */
export interface ToServerTable {
  /** Header names in lower case. */
  readonly headers: Pairs<TextOrSecret>;
  /** The gateway's own credential. `scheme` stands before the secret, with a space. */
  readonly auth: { readonly header: string; readonly scheme: string | null; readonly secret: string } | null;
  /** PEM. */
  readonly tls: { readonly ca: TextOrSecret | null; readonly cert: TextOrSecret | null; readonly key: TextOrSecret | null } | null;
  readonly exchange: ExchangeTable | null;
}

/** The caller's token is turned into one for this server (RFC 8693, or by way of an ID-JAG). */
export interface ExchangeTable {
  readonly url: string;
  readonly client: { readonly id: string; readonly secret: string | null };
  readonly audience: string | null;
  readonly scopes: readonly string[];
  readonly grant: 'token-exchange' | 'id-jag';
}

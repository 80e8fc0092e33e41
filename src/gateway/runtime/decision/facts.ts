/**
 * What only the running gateway can know about a request. The gateway finds each fact out when a row asks for it; `explain` and policy tests give them.
 * A fact left out has not been asked for yet.
 */
import type { Identified } from '../wire/replies.js';
import type { Message } from './message.js';
import type { Reason } from './reasons.js';
import type { Era, JudgedMessage } from './revision.js';

export interface Facts {
  /** For row `address`: the bucket of the client's address. */
  readonly address?: { readonly kind: 'ok' } | { readonly kind: 'empty'; readonly retryAfter: number };
  /** For row `credentials`: whose credentials came with the request. */
  readonly principal?: Principal;
  /** For row `tenant`, where the config names an authorization API: what that says of the credential. */
  readonly lookup?: LookupFact;
  /** For row `tenant`: the tenants that the request belongs to; anything but one is refused. */
  readonly tenants?: readonly string[];
  /** For row `quota`: the buckets and streams of the tenant and of the client. */
  readonly quota?: { readonly kind: 'ok' | 'streams' | 'client-streams' } | { readonly kind: 'rate' | 'client-rate'; readonly retryAfter: number };
  /** For row `body`: the body, read and judged. */
  readonly body?: BodyFact;
  /** For row `session`: what the session id opened to. */
  readonly session?: { readonly kind: 'none' | 'open' | 'unknown' } | { readonly kind: 'full'; readonly retryAfter: number };
  /** For row `instance`: whether there is an instance to send it to. */
  readonly instance?: { readonly kind: 'ok' } | { readonly kind: 'none'; readonly retryAfter: number };
}
export type Fact = keyof Facts;

export type Principal =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'client'; readonly client: string; readonly permissions: readonly string[] }
  | Bearer
  /** `why` is for logs. */
  | { readonly kind: 'missing' | 'invalid'; readonly why?: string }
  /** Neither keys nor issuers know the credentials: the authorization API of the config is still to be asked. */
  | { readonly kind: 'unknown' }
  /** Whoever could say whose the credentials are does not answer: nobody is let in on that, and nobody is told that a token is bad. */
  | { readonly kind: 'unavailable'; readonly retryAfter: number; readonly why: string; /** Default: an issuer. */ readonly from?: 'lookup' };

export type LookupFact =
  /** It knows no such credential, or was not asked. */
  | { readonly kind: 'none' }
  /** Its word for the tenant, and what else it says of the caller. `until`: milliseconds of the monotonic clock; Infinity where it names no end. */
  | {
      readonly kind: 'tenant';
      readonly tenant: string;
      readonly subject: string | null;
      readonly permissions: readonly string[];
      readonly until: number;
    }
  /** It does not answer as it should: nobody is let in on that. `why` is for logs. */
  | { readonly kind: 'unavailable'; readonly retryAfter: number; readonly why: string };

/** Somebody whom an issuer vouches for by a token. */
export interface Bearer {
  readonly kind: 'token';
  readonly issuer: string;
  /** `sub`. */
  readonly subject: string;
  /** The program that the token was given to (`azp`, `client_id`); null where the token does not say. */
  readonly client: string | null;
  readonly audiences: readonly string[];
  /** Its scopes. */
  readonly permissions: readonly string[];
  /** Those that the config reads. */
  readonly claims: Readonly<Record<string, ClaimValue>>;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}
export type ClaimValue = string | number | boolean | readonly string[];

/** A message carries the era it speaks: it is decided here once, and nowhere again. */
export type BodyFact =
  | ({ readonly kind: 'message' } & JudgedMessage)
  | ({ readonly kind: 'refused'; readonly reason: Reason } & Identified);

/** By which id a refusal answers: null before row `body`, which is the first to know it. */
export const askedIn = ({ body }: Facts): Identified => (body?.kind === 'message' ? body.message : (body ?? NOBODY));
const NOBODY: Identified = { id: null };

export const messageIn = ({ body }: Facts): Message | undefined => (body?.kind === 'message' ? body.message : undefined);

/** A request without a body is an operation on a legacy session (MCP 2025-11-25, Transports): later revisions have none of those. */
export const eraIn = ({ body }: Facts): Era => (body?.kind === 'message' ? body.era : 'legacy');

/** The one tenant that the request belongs to; null while that is not known. */
export const tenantIn = ({ tenants }: Facts): string | null => (tenants?.length === 1 ? (tenants[0] as string) : null);

/** What a decision needs besides the request, made from one version of the tables. Running requests keep theirs across a reload. */
import type { Tables } from '../decision/lookups.js';
import type { Buckets } from '../identity/bucket.js';
import type { Authenticate } from '../identity/credentials.js';
import type { Lookup } from '../identity/lookup.js';
import type { Sealer } from '../identity/session.js';
import type { Tokens } from '../identity/tokens.js';

export interface State {
  readonly tables: Tables;
  readonly authenticate: Authenticate;
  /** The authorization API; null where the config names none. */
  readonly lookup: Lookup | null;
  /** Tokens of issuers; null where the config names none. */
  readonly tokens: Tokens | null;
  readonly sealer: Sealer;
  /** What keys the digests of the audit: from the first session key, so that those of all replicas compare. */
  readonly digestKey: Buffer;
  /** Whether an address is a hop whose `X-Forwarded-*` are believed. */
  readonly trusted: (address: string) => boolean;
  readonly perAddress: Buckets;
  /** By the caller of its holder (`front/holder.ts`); null where there is no such rate. */
  readonly perClient: Buckets | null;
  readonly perTenant: ReadonlyMap<string, Buckets>;
  readonly readToken: string | null;
  readonly writeToken: string | null;
  /** Lets go of what the next state has not taken over; null at the end. */
  readonly close: (next: State | null) => void;
}

/** What a decision needs besides the request, made from one version of the tables. Running requests keep theirs across a reload. */
import type { Tables } from '../decision/lookups.js';
import type { Buckets } from '../identity/bucket.js';
import type { Authenticate } from '../identity/credentials.js';
import type { Sealer } from '../identity/session.js';

export interface State {
  readonly tables: Tables;
  readonly authenticate: Authenticate;
  readonly sealer: Sealer;
  /** What keys the digests of the audit: from the first session key, so that those of all replicas compare. */
  readonly digestKey: Buffer;
  /** Whether an address is a hop whose `X-Forwarded-*` are believed. */
  readonly trusted: (address: string) => boolean;
  readonly perAddress: Buckets;
  readonly perTenant: ReadonlyMap<string, Buckets>;
  readonly readToken: string | null;
  readonly writeToken: string | null;
  readonly close: () => void;
}

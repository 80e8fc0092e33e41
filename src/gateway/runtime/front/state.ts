/** What a decision needs besides the request, made from one version of the tables. Running requests keep theirs across a reload. */
import type { LookupFact, Principal } from '../decision/facts.js';
import type { Tables } from '../decision/lookups.js';
import type { Said } from '../identity/asked.js';
import type { Buckets } from '../identity/bucket.js';
import type { Exchange } from '../identity/exchange.js';
import type { Forwarding } from '../identity/forward.js';
import type { Lookup } from '../identity/lookup.js';
import type { Sealer } from '../identity/session.js';
import type { Tokens } from '../identity/tokens.js';
import type { Shown } from '../upstream/shown.js';

/** What servers are shown of the gateway, and told of callers. */
export interface Towards {
  /** What each server is shown of the gateway, whoever calls; nothing, where it is not in here. */
  readonly shown: ReadonlyMap<string, Shown>;
  /** What servers are told of callers; null where that is nothing. */
  readonly forwarding: Forwarding | null;
  /** By server: callers' tokens turned into its own, and a digest of all that says how. */
  readonly exchanges: ReadonlyMap<string, { readonly exchange: Exchange; readonly digest: string }>;
  /** By server: whether a header, in lower case and with dashes, is one that only the gateway says there. Absent where it says none. */
  readonly keptBack: ReadonlyMap<string, (name: string) => boolean>;
}

export const NOTHING_TOWARDS: Towards = { shown: new Map(), forwarding: null, exchanges: new Map(), keptBack: new Map() };

export interface State extends Towards {
  readonly tables: Tables;
  /** Who a request's credentials say it is. A promise only where somebody has to be asked. */
  readonly authenticate: (said: Said) => Principal | Promise<Principal>;
  /** What the authorization API says of a caller that keys or issuers know. */
  readonly lookUp: (said: Said, principal: Principal | undefined) => LookupFact | Promise<LookupFact>;
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

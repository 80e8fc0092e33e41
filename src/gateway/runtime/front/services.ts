/** What the client's side uses of the rest of the process. The root of the runtime makes it; the front does not know how. */
import type { Reason } from '../decision/reasons.js';
import type { Answerers } from '../answer/answer.js';
import type { OpenCounts } from '../identity/open-counts.js';
import type { Audit } from '../observe/audit.js';
import type { Tracer } from '../observe/traces/tracer.js';
import type { ProcessLog } from '../process/log.js';
import type { Metrics } from '../process/metrics.js';
import type { Pools } from '../upstream/pools.js';
import type { Exchange } from './exchange.js';
import type { Endings } from './farewell.js';
import type { Holdings } from './holdings.js';
import type { OAuth } from './metadata.js';
import type { State } from './state.js';
import type { vouchFor } from './vouch.js';

/** The optional parts that a request may pass through. */
export interface Parts extends Answerers {
  readonly tracer: Tracer | null;
  readonly audit: Audit | null;
  /** For clients that get tokens from an authorization server; null where the config names none. */
  readonly oauth: OAuth | null;
  /** For servers that are told of callers; null where none is. */
  readonly vouchFor: typeof vouchFor | null;
  /** Answers who names what is not for them; null where nothing restricts what callers use. */
  readonly deny: ((services: Services, exchange: Exchange) => void) | null;
  /** Ends a stream with the right of its caller; null where no right has an end. */
  readonly endAtExpiry: ((services: Services, exchange: Exchange, endings: Endings, last: string | null) => void) | null;
}

/** What a reload takes from callers that it leaves without the right to it. */
export interface Revocation extends Pick<Holdings, 'use' | 'drop'> {
  /** Why an exchange that was allowed would not be any more; null where its caller keeps the right. */
  lostRight(exchange: Exchange, state: State): Promise<Reason | null>;
  /** Ends streams and sessions, here and at the servers. What is only waiting for its answer goes on: it began by the tables of before. */
  revoke(services: Services, open: readonly Exchange[]): Promise<void>;
}

export interface Services {
  /** The current state; a request keeps the one by which it was allowed. */
  readonly state: () => State;
  /** The current parts: a reload may add some. */
  readonly parts: () => Parts;
  readonly pools: Pick<Pools, 'get' | 'all'>;
  readonly counts: OpenCounts;
  /** What a reload can take away; null in a gateway without clients and tenants. */
  readonly revocation: () => Revocation | null;
  readonly metrics: Metrics;
  readonly log: ProcessLog;
  readonly isDraining: () => boolean;
}

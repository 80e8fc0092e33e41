/** What the client's side uses of the rest of the process. The root of the runtime makes it; the front does not know how. */
import type { Answerers } from '../answer/answer.js';
import type { OpenCounts } from '../identity/open-counts.js';
import type { Tracer } from '../observe/traces/tracer.js';
import type { ProcessLog } from '../process/log.js';
import type { Metrics } from '../process/metrics.js';
import type { Pools } from '../upstream/pools.js';
import type { Holdings } from './holdings.js';
import type { State } from './state.js';

/** The optional parts that a request may pass through. */
export interface Parts extends Answerers {
  readonly tracer: Tracer | null;
}

export interface Services {
  /** The current state; a request keeps the one that it began with. */
  readonly state: () => State;
  /** The current parts: a reload may add some. */
  readonly parts: () => Parts;
  readonly pools: Pick<Pools, 'get' | 'all'>;
  readonly counts: OpenCounts;
  readonly holdings: Holdings;
  readonly metrics: Metrics;
  readonly log: ProcessLog;
  readonly isDraining: () => boolean;
}

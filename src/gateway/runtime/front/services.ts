/** What the client's side uses of the rest of the process. The root makes it; nothing here knows how. */
import type { Answerers } from '../answer/answer.js';
import type { OpenCounts } from '../identity/open-counts.js';
import type { Tracer } from '../observe/traces/tracer.js';
import type { ProcessLog } from '../process/log.js';
import type { Metrics } from '../process/metrics.js';
import type { Pools } from '../upstream/pools.js';
import type { State } from './state.js';

/** The optional parts that a request may pass through. */
export interface Parts extends Answerers {
  readonly tracer: Tracer | null;
}

export interface Services {
  /** The state of now; a request keeps the one it began with. */
  readonly state: () => State;
  /** Those of now: a reload may add some. */
  readonly parts: () => Parts;
  readonly pools: Pick<Pools, 'get' | 'all'>;
  readonly counts: OpenCounts;
  readonly metrics: Metrics;
  readonly log: ProcessLog;
  readonly isDraining: () => boolean;
  /** Told after each answer. */
  readonly onClosed: () => void;
}

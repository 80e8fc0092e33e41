/** One place where a server runs, as its pool knows it. */
import type { Cause } from '../wire/cause.js';
import type { Breaker } from './breaker.js';
import type { Outcome } from './outcome.js';
import type { Probe } from './probe.js';
import type { Upstream } from './upstream.js';

/** What an instance is made of. */
export interface Made {
  readonly upstream: Upstream;
  /** Asks whether it is well; null for what is supervised where it lives. */
  readonly probe: Probe | null;
  readonly weight: number;
  readonly region: string | null;
}

export type Failure = Cause & { readonly at: number };

export interface Instance extends Made {
  readonly id: string;
  /** Whether it is in rotation, as far as probes and requests know. */
  up: boolean;
  /** Whether a probe has said anything of it yet, or a call had an answer; until then nobody knows how it is, whatever failed. */
  isKnown: boolean;
  /** Why it failed last, and when, in milliseconds since the epoch; null where it never did. */
  failure: Failure | null;
  /** When a request found it dead, where that is why it is out; what a probe found is not counted here. */
  ejectedAt: number | null;
  /** Requests under way. */
  active: number;
  breaker: Breaker | null;
  /** How many requests came to which end, and the milliseconds that those took which were answered. */
  readonly tally: Record<Outcome | 'ms', number>;
}

/** An instance that ought to be there. */
export interface Found {
  readonly id: string;
  /** Everything it is made of, as text: while that stays the same it is the same instance. */
  readonly key: string;
  readonly make: () => Made;
}

/**
 * What follows from a head alone, kept for a moment: clients say the same head with every message. Only what the head decides is kept (rows 0 to 10 and the
 * headers that go on); buckets, bodies, sessions and instances are asked anew for every request.
 */
import type { Facts } from '../decision/facts.js';
import type { RequestHead } from '../decision/head.js';
import type { HeaderList } from '../wire/header-list.js';
import type { State } from './state.js';

export interface Judgement {
  /** A reload makes another state, and so every judgement anew. */
  readonly state: State;
  /** Milliseconds of the monotonic clock. */
  readonly until: number;
  readonly head: RequestHead;
  readonly principal: Facts['principal'];
  readonly tenants: Facts['tenants'];
  /** The headers that go on to a server, as text and without what names one request; null where one of them cannot be sent. */
  readonly forwardedLines: string | null;
  /** What its answers say of its origin. */
  readonly cors: HeaderList;
}

/** Names of trusted hops may come to mean other addresses, so nothing is kept for longer. */
export const KEPT_FOR = 1000;

/** Whether what was kept of the same head holds for a request of this length, the one thing that may differ. */
export function stillHolds(judgement: Judgement | null, state: State, now: number, length: number | null): judgement is Judgement {
  return judgement !== null && judgement.state === state && now <= judgement.until && (length ?? 0) <= state.tables.raw.limits.body;
}

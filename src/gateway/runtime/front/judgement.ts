/**
 * What follows from a head alone, kept for a second, because clients send the same head with every message. Only what the head alone
 * decides is kept: the rows before `address`, the principal, the tenants, and the headers that go on. All other facts are asked for with every request.
 */
import type { Facts } from '../decision/facts.js';
import type { RequestHead } from '../decision/head.js';
import type { HeaderList } from '../wire/header-list.js';
import type { State } from './state.js';

export interface Judgement {
  /** A judgement counts for this state alone: a reload makes another one. */
  readonly state: State;
  /** Milliseconds of the monotonic clock. */
  readonly until: number;
  readonly head: RequestHead;
  readonly principal: Facts['principal'];
  readonly lookup: Facts['lookup'];
  readonly tenants: Facts['tenants'];
  /** The headers that go on to a server, as text and without what names one request; null where one of them cannot be sent. */
  readonly forwardedLines: string | null;
  /** The headers of every server's answer to this head: those of CORS, and the security headers. */
  readonly answerHeaders: HeaderList;
}

/** Milliseconds for which a judgement is kept. The names of trusted hops may come to mean other addresses, so it is not kept for longer. */
export const KEPT_FOR = 1000;

/** Until when what is known of a principal may be kept: a token that ends before that is judged again. @param now of the monotonic clock */
export function keptUntil(principal: Facts['principal'], now: number): number {
  return now + (principal?.kind === 'token' ? Math.min(KEPT_FOR, principal.expiresAt - Date.now()) : KEPT_FOR);
}

/** Whether a judgement holds for a request with the same head whose body has this length, which is the one thing that may differ. */
export function stillHolds(judgement: Judgement | null, state: State, now: number, length: number | null): judgement is Judgement {
  return judgement !== null && judgement.state === state && now <= judgement.until && (length ?? 0) <= state.tables.raw.limits.body;
}

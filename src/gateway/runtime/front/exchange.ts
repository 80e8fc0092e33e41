/** One request on its way through: what has been found out about it so far. */
import { eraIn, messageIn, tenantIn, type Facts } from '../decision/facts.js';
import type { RequestHead } from '../decision/head.js';
import type { SessionState } from '../identity/session.js';
import type { Span } from '../observe/traces/tracer.js';
import type { PoolTable } from '../tables/pool.js';
import type { Instance } from '../upstream/instance.js';
import type { HeaderList } from '../wire/header-list.js';
import type { Client } from './client.js';
import type { Judgement } from './judgement.js';
import type { State } from './state.js';

export interface Exchange {
  readonly id: string;
  /** The caller's name for the larger task that this request is a part of (`X-Correlation-Id`); the request's own id where there is none. */
  readonly correlationId: string;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  readonly client: Client;
  /** Of the tables by which it is decided: those of now, until it has been allowed. */
  state: State;
  head: RequestHead;
  /** What follows from the head alone: known from the request before, or worked out as soon as this request is allowed. */
  judgement: Judgement | null;
  readonly facts: Facts;
  body: Buffer | null;
  session: SessionState | null;
  /** The instance that row `instance` chose for the server of the route; it is tried first. */
  claimed: Instance | null;
  /** The instance that answered last, for reports. Only `send` of a call writes it. */
  instance: Instance | null;
  /** Gives back the memory that was set aside for its body. */
  releaseBody: () => void;
  /** Gives back the place among the open streams, when the connection is done with this request. */
  releaseStream: () => void;
  /**
   * Gives back the place that is held for a session while it is being opened: when the server has answered or never will. A session that lives in its
   * connection keeps its place until the connection closes.
   */
  releaseSession: () => void;
  /** A server may be opening a session for this request: its place is kept until the server has answered, even if the client leaves before. */
  isOpeningSession: boolean;
  span: Span | null;
  /** Ends a stream that only listens in good order; null while there is none. */
  farewell: (() => void) | null;
  /** Ends an answer that is a stream at once, with `last` where it is between two events; null while there is none. */
  endStream: ((last: string) => void) | null;
  /** Why it was turned away, for the log. */
  reason: string | null;
  /** A sentence beside the reason, for people who search logs for it. */
  note: string | null;
}

/** A modern client cancels by leaving; a legacy one may come back for the answer, except on a stream that only listens. */
export function leavingCancels({ head, facts }: Exchange): boolean {
  return head.request.method === 'GET' || eraIn(facts) === 'modern';
}

/** A request for a stream that lasts until somebody ends it. */
export function isListening({ head, facts }: Exchange): boolean {
  return head.request.method === 'GET' || messageIn(facts)?.method === 'subscriptions/listen';
}

/** The principal that a session belongs to. Callers without credentials share one name, so only the id protects their sessions. */
export function principalOf({ facts: { principal } }: Exchange): string {
  return principalName(principal);
}

export function principalName(principal: Facts['principal']): string {
  switch (principal?.kind) {
    case 'client':
      return `client:${principal.client}`;
    case undefined:
    case 'anonymous':
    case 'missing':
    case 'invalid':
      return 'anonymous';
  }
}

/** Tenant and principal as one text. Neither of them can hold a line break. */
export function ownerOf(exchange: Exchange): string {
  return `${tenantIn(exchange.facts) ?? ''}\n${principalOf(exchange)}`;
}

/** Requests with the same key are kept together by a strategy that keeps any together. */
export function keyOf(exchange: Exchange, { choice }: PoolTable): string {
  return choice.by === 'tenant' ? (tenantIn(exchange.facts) ?? '') : ownerOf(exchange);
}

/** Answers an exchange in one piece, naming its request. */
export function answerWith(exchange: Exchange, { status, headers, body }: { status: number; headers: HeaderList; body: string }): void {
  exchange.client.answer(status, [...headers, ...idHeaders(exchange)], body);
}

/** The headers by which an answer names its request. The caller's own name for it goes back to the caller. */
export function idHeaders({ id, correlationId }: Exchange): HeaderList {
  return correlationId === id ? ['x-request-id', id] : ['x-request-id', id, 'x-correlation-id', correlationId];
}

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
  /** What the caller calls the whole of which this request is a part; else the request's own id. */
  readonly correlationId: string;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  readonly client: Client;
  readonly state: State;
  readonly head: RequestHead;
  /** What follows from the head: found a moment ago for a request with the same head, or as soon as this one is allowed. */
  judgement: Judgement | null;
  readonly facts: Facts;
  body: Buffer | null;
  session: SessionState | null;
  /** The instance that row 16 chose, which is tried first. */
  claimed: Instance | null;
  /** The instance that answered last; whoever sends a call writes it, and nobody else. */
  instance: Instance | null;
  /** Gives back the memory that was set aside for its body. */
  releaseBody: () => void;
  /** Gives back the stream that was set aside for it, when its connection is done with. */
  releaseStream: () => void;
  /** Gives back the place of a session that is being opened, when the server behind has answered or never will; of one that is a stream, with that. */
  releaseSession: () => void;
  /** Handed to a server: a client that leaves may still have opened a session there. */
  isForwarded: boolean;
  span: Span | null;
  /** Ends a stream that only listens in good order; null while there is none. */
  farewell: (() => void) | null;
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

/** Whom a session belongs to. Callers without credentials share one name: their sessions are protected by nothing but the id. */
export function principalOf({ facts }: Exchange): string {
  return facts.principal?.kind === 'client' ? `client:${facts.principal.client}` : 'anonymous';
}

/** Whose it is, as one text. Neither part can hold a line break. */
export function ownerOf(exchange: Exchange): string {
  return `${tenantIn(exchange.facts) ?? ''}\n${principalOf(exchange)}`;
}

/** What a strategy keeps together. */
export function keyOf(exchange: Exchange, { choice }: PoolTable): string {
  return choice.by === 'tenant' ? (tenantIn(exchange.facts) ?? '') : ownerOf(exchange);
}

/** What answers say of their request. The name that a caller gave it goes back to the caller. */
export function idHeaders({ id, correlationId }: Exchange): HeaderList {
  return correlationId === id ? ['x-request-id', id] : ['x-request-id', id, 'x-correlation-id', correlationId];
}

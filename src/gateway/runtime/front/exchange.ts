/** One request on its way through: what has been found out about it so far. */
import { eraIn, messageIn, tenantIn, type Facts } from '../decision/facts.js';
import type { RequestHead } from '../decision/head.js';
import type { Message } from '../decision/message.js';
import { ownerName, principalName } from '../identity/principal.js';
import type { SessionState } from '../identity/session.js';
import type { Span } from '../observe/traces/tracer.js';
import type { Booking, Holder } from '../process/places.js';
import type { PoolTable } from '../tables/pool.js';
import type { Instance } from '../upstream/instance.js';
import type { Cause } from '../wire/cause.js';
import type { Failure } from '../wire/fault.js';
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
  /** Whose share of what all callers use it takes from; null until somebody asks. */
  holder: Holder | null;
  /** Null also as soon as nobody needs it any more. */
  body: Buffer | null;
  /** About how many bytes its message takes as values. */
  weight: number;
  /** The memory that is set aside for its body; null where it has none. */
  booking: Booking | null;
  /** Its body is needed for longer than this request is answered, and whoever needs it gives its memory back. */
  keepsBody: boolean;
  /** Forgets the body, which is needed for no more than to be sent once more; null where it has not been sent, or is not kept for that. */
  dropBody: (() => void) | null;
  session: SessionState | null;
  /** Another replica has judged it, and this one goes on from there on its word. */
  isRelayed: boolean;
  /** The instance that row `instance` chose for the server of the route; it is tried first. */
  claimed: Instance | null;
  /** The instance that answered last, for reports. Only `send` of a call writes it. */
  instance: Instance | null;
  /** Gives back the place among the open streams, when the connection is done with this request. */
  releaseStream: () => void;
  /** Gives back the place among the calls under way, when the connection is done with this request, and the server too. */
  releaseCall: () => void;
  /** How many still wait for a server to be done with this request, even if its client has left. */
  atServer: number;
  /** The connection is done with this request: its answer has ended, or its client has left. */
  isOver: boolean;
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
  /** Where in the config it was decided that it may not use what it names; null for anything else. */
  deniedAt: string | null;
  /** What failed behind the gateway, for the log. */
  cause: Cause | null;
  /** The same of the call that was answered last, where that is known when its answer has ended; see `UpstreamResponse`. */
  failure: (() => Failure | null) | null;
  /** A sentence beside the reason, for people who search logs for it. */
  note: string | null;
}

/** A modern client cancels by leaving; a legacy one may come back for the answer, except on a stream that only listens. */
export function leavingCancels({ head, facts }: Exchange): boolean {
  return head.request.method === 'GET' || eraIn(facts) === 'modern';
}

/** The server is done with the request: its place is free as soon as the connection is done with it too. */
export function endCall(exchange: Exchange): void {
  exchange.atServer--;
  releaseCall(exchange);
}

export function releaseCall(exchange: Exchange): void {
  if (!exchange.isOver || exchange.atServer > 0) return;
  exchange.releaseCall();
  if (!exchange.keepsBody) exchange.booking?.keep(0);
}

/** Texts of a message that are shorter than this, all together, are not counted. */
const SHORT = 4096;

/** Nobody needs the body any more. What is kept of its message counts on, where that is long. */
export function forgetBody(exchange: Exchange): void {
  const { body, booking, facts } = exchange;
  if (!booking) return;
  exchange.body = null;
  booking.keep(!exchange.isOver && body && body.length > SHORT ? lengthOf(messageIn(facts)) : 0);
}

function lengthOf(message: Message | undefined): number {
  if (!message) return 0;
  const { id, methods, name, calls } = message;
  const texts = [id, name, ...methods, ...calls.map(({ tool }) => tool)];
  const length = texts.reduce<number>((sum, text) => sum + (typeof text === 'string' ? text.length : 0), 0);
  return length > SHORT ? length : 0;
}

/** A request for a stream that lasts until somebody ends it. */
export function isListening({ head, facts }: Exchange): boolean {
  return head.request.method === 'GET' || messageIn(facts)?.method === 'subscriptions/listen';
}

/** The principal that a session belongs to. Callers without credentials share one name, so only the id protects their sessions. */
export const principalOf = ({ facts }: Exchange): string => principalName(facts.principal);

/** The client by its name; null for callers without credentials, of whom nobody knows whether they are one. */
export function clientOf({ facts: { principal } }: Exchange): string | null {
  return principal?.kind === 'client' ? principal.client : null;
}

export const ownerOf = (exchange: Exchange): string => ownerName(tenantIn(exchange.facts) ?? '', principalOf(exchange));

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

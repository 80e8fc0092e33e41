/** One request on its way through: what has been found out about it so far. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestHead } from '../decision/head.js';
import type { Facts } from '../decision/decide.js';
import type { Message } from '../decision/message.js';
import { eraOf } from '../decision/revision.js';
import type { Reason } from '../decision/reasons.js';
import type { Instance } from '../upstream/instance.js';
import type { SessionState } from '../identity/session.js';
import type { Span } from '../observe/traces/tracer.js';
import type { PoolTable } from '../tables/pool.js';
import type { State } from '../state.js';
import { append } from '../wire/append.js';

export interface Exchange {
  readonly id: string;
  /** What the caller calls the whole of which this request is a part; else the request's own id. */
  readonly correlationId: string;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly state: State;
  readonly head: RequestHead;
  /** True while the client waits for `100 Continue` before it sends the body (RFC 9110 §10.1.1). */
  awaitsContinue: boolean;
  readonly facts: Facts;
  body: Buffer | null;
  session: SessionState | null;
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

/** What answers say of their request. The name that a caller gave it goes back to the caller. */
export function idHeaders({ id, correlationId }: Exchange): Readonly<Record<string, string>> {
  return correlationId === id ? { 'x-request-id': id } : { 'x-request-id': id, 'x-correlation-id': correlationId };
}

/** A modern client cancels by leaving; a legacy one may come back for the answer, except on a stream that only listens. */
export function leavingCancels(exchange: Exchange): boolean {
  return exchange.head.request.method === 'GET' || eraOf(exchange.head, messageOf(exchange)) === 'modern';
}

/** A request for a stream that lasts until somebody ends it. */
export function isListening(exchange: Exchange): boolean {
  return exchange.head.request.method === 'GET' || messageOf(exchange)?.method === 'subscriptions/listen';
}

export function messageOf({ facts }: Exchange): Message | undefined {
  return facts.body?.kind === 'message' ? facts.body.message : undefined;
}

export function tenantOf({ facts }: Exchange): string | null {
  return facts.tenants?.length === 1 ? (facts.tenants[0] ?? null) : null;
}

/** Whom a session belongs to. Callers without credentials share one name: their sessions are protected by nothing but the id. */
export function principalOf({ facts }: Exchange): string {
  return facts.principal?.kind === 'client' ? `client:${facts.principal.client}` : 'anonymous';
}

/** Whose it is, as one text. Neither part can hold a line break. */
export function ownerOf(exchange: Exchange): string {
  return `${tenantOf(exchange) ?? ''}\n${principalOf(exchange)}`;
}

/** What a strategy keeps together. */
export function keyOf(exchange: Exchange, { choice }: PoolTable): string {
  return choice.by === 'tenant' ? (tenantOf(exchange) ?? '') : ownerOf(exchange);
}

type BodyFault = Extract<Reason, 'body-too-large' | 'body-aborted' | 'malformed-request' | 'request-timeout' | 'headers-too-large'>;
const broken = new WeakMap<IncomingMessage, BodyFault>();

/** Says that the rest of a body will not come, before or while it is read. @returns false when it was said before */
export function breakBody(incoming: IncomingMessage, fault: BodyFault): boolean {
  if (broken.has(incoming)) return false;
  broken.set(incoming, fault);
  incoming.emit('broken', fault);
  return true;
}

/** Reads a body up to `limit` bytes. */
export function readBody(incoming: IncomingMessage, limit: number): Promise<Buffer | BodyFault> {
  return new Promise((resolve) => {
    let store: Buffer = Buffer.alloc(0);
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) resolve('body-too-large');
      // Nearly every body is one chunk. Many are copied together, because each keeps far more memory alive than it has bytes.
      else if (size === chunk.length) store = chunk;
      else store = append(store, size - chunk.length, chunk);
    });
    incoming.on('end', () => resolve(store.subarray(0, size)));
    const fault = broken.get(incoming);
    if (fault !== undefined) resolve(fault);
    incoming.on('broken', resolve);
    incoming.on('error', () => resolve('body-aborted'));
    incoming.on('close', () => resolve('body-aborted'));
  });
}

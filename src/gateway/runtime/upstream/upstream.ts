/**
 * The one seam between the gateway and what is behind it. An HTTP instance and a stdio child answer through the same three types, so that
 * policy, sessions and streaming know of neither.
 */
import type { Readable } from 'node:stream';

/** The signal of requests that nobody can take back: one for all of them, to which nobody needs to listen. */
export const NEVER: UpstreamRequest['signal'] = new AbortController().signal;

export interface UpstreamRequest {
  readonly method: string;
  /** Path and query at the instance, where it is not that of its URL. */
  readonly path?: string;
  /** Lower-case names; no hop-by-hop headers, no `host`. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null for methods without one. */
  readonly body: Buffer | null;
  /** Aborted when the answer is no longer wanted: the client of a modern request has gone, or the gateway is closing. */
  readonly signal: AbortSignal;
}

export interface UpstreamResponse {
  readonly status: number;
  /** Lower-case names; a repeated header is an array. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Whole where it came with its head, which spares a stream; else bytes as they come, which end, or error with an `UpstreamFault`. */
  readonly body: Buffer | Readable;
}

export interface Upstream {
  /** Scheme, host and port; absent for what is not reached over HTTP. */
  readonly origin?: string;
  /** Resolves with the head of the answer; rejects with an `UpstreamFault`. */
  send(request: UpstreamRequest): Promise<UpstreamResponse>;
  /** Resolves when nothing of it runs any more. */
  close(): Promise<void>;
}

/** How far a failed request had come, which decides whether it may be tried elsewhere. */
export type FaultStage =
  /** Nobody listens there: no byte was written, and whatever lived there is gone. */
  | 'refused'
  /** Not connected in time, or no route: no byte was written. */
  | 'connect'
  /** All places are taken: no byte was written. */
  | 'full'
  /** Bytes may have been written: it may have been executed. */
  | 'sent'
  /** The same on a connection that was kept from before: most likely the server closed it at that moment, and is well. */
  | 'stale'
  /** Written, and no answer in time. */
  | 'timeout'
  /** The answer had begun. */
  | 'answered';

export class UpstreamFault extends Error {
  readonly stage: FaultStage;
  constructor(stage: FaultStage, cause?: unknown) {
    super(`upstream ${stage}`, { cause });
    this.stage = stage;
  }
}

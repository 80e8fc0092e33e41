/** The transport of 2024-11-05: an event stream, and an endpoint for messages that the stream itself names. */
import type { Answered, Call } from '../call.js';
import type { Log } from '../log.js';
import { UpstreamFault } from '../upstream/upstream.js';

export interface SseOptions {
  /** Milliseconds between two comments on streams that the gateway itself writes. */
  readonly keepAlive: number;
  readonly log: Log;
}

export interface Sse {
  /** A GET of the stream, or a POST of a message. Rejects with an `UpstreamFault`. */
  exchange(call: Call): Promise<Answered>;
  close(): Promise<void>;
}

export function createSse(_options: SseOptions): Sse {
  return { exchange: () => Promise.reject(new UpstreamFault('refused')), close: async () => {} };
}

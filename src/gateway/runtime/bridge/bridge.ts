/** Between clients and servers of different eras. */
import type { Answered, Call } from '../call.js';
import type { Log } from '../log.js';
import type { Revision } from '../types.js';

export interface BridgeOptions {
  /** Those the gateway serves, the oldest first. */
  readonly revisions: readonly Revision[];
  /** Milliseconds between two comments on streams that the bridge itself writes. */
  readonly keepAlive: number;
  readonly log: Log;
  /** The directions this config can come to use. */
  readonly toLegacy: typeof import('./to-legacy.js') | null;
  readonly toModern: typeof import('./to-modern.js') | null;
}

export interface Bridge {
  /** Null where client and server speak the same: the request passes as it is. Rejects with an `UpstreamFault`. */
  exchange(call: Call): Promise<Answered | null>;
  close(): Promise<void>;
}

export function createBridge(_options: BridgeOptions): Bridge {
  return { exchange: async () => null, close: async () => {} };
}

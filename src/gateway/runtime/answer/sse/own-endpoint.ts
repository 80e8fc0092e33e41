/** The gateway's own endpoint for messages of 2024-11-05, to which clients post, and replicas what they relay. */
import type { Call } from '../call.js';

/** Header by which one replica vouches to another for a message that it relays. */
export const RELAY = 'mcpgen-relay';

/** Root-relative, with the prefix by which the client came; null where what it has to hold is too long. */
export function endpointOf({ pool, path, seal }: Call, leg: { readonly instance: string; readonly upstreamId: string }): string | null {
  const id = seal({ server: pool.server, ...leg });
  return id && `${path.replace(/\/sse$/, '/message')}?sessionId=${id}`;
}

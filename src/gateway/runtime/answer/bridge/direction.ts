/** One way over the bridge: clients of one era, servers of the other. */
import type { Revision } from '../../tables/route.js';
import type { Answered, Call } from '../call.js';

/** @param served revisions of the client's era that the gateway serves, the oldest first */
export type Direction = (call: Call, served: readonly Revision[]) => Promise<Answered>;

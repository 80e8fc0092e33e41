/** Where compose publishes the gateway, or nginx before it, on the machine that runs it. */
import { isLoopback } from '../../gateway/runtime/decision/address.js';
import type { Plan } from '../../plan/types.js';

/**
 * Whether only this machine reaches what compose publishes. Docker hands its callers on from an address of the bridge: the peer is not on loopback, and asks
 * by a loopback name all the same.
 */
export function isPublishedOnLoopback({ infra: { targets } }: Plan): boolean {
  const { compose } = targets;
  return compose !== null && isLoopback(compose.publish.address);
}

import type { Plan } from '../../plan/types.js';
import { seconds } from './quantity.js';

/** Seconds that a process has after its drain: children are ended, logs are written, and the platform's own clock began a little earlier. */
const AFTER_DRAIN = 5;

/**
 * Seconds from SIGTERM until a platform may kill a process. The drain contains the lead in which connections are still taken. A platform that waits for the
 * drain alone kills a process that was about to end by itself: `docker stop -t 25` with a drain of 25 s ends in 137.
 */
export function stopSeconds({ traffic }: Plan): number {
  return seconds(traffic.timeouts.drain) + AFTER_DRAIN;
}

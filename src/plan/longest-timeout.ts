import type { Pool } from './pool-types.js';
import type { Traffic } from './traffic-types.js';

/** The longest that any server may take. A hop in front of the gateway must wait as long, or it would end what the gateway still waits for. */
export function longestTimeout({ timeouts, pools }: Traffic, key: keyof Pool['timeouts']): number {
  return pools.reduce((most, pool) => Math.max(most, pool.timeouts[key]), timeouts[key]);
}

import type { Pool } from './pool-types.js';
import type { Traffic } from './traffic-types.js';

/** The longest that any server may take: what a hop in front of the gateway must wait, or it would end what the gateway still waits for. */
export function longest({ timeouts, pools }: Traffic, key: keyof Pool['timeouts']): number {
  return pools.reduce((most, pool) => Math.max(most, pool.timeouts[key]), timeouts[key]);
}

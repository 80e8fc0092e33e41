import { createHash } from 'node:crypto';
import { sortedEntries } from './sorted-entries.js';
import type { Plan } from './types.js';

/**
 * The hash of what a plan says. A deployment rolls out when it changes, so it must not change with an upgrade of mcpgen that lays the same content out in
 * another way: the gateway is hashed as the first of the workloads, where the plan once had it. A setting that came later is hashed where it says something.
 */
export function hashOf({ infra: { gateway, workloads, ...infra }, traffic: { workers, ...traffic }, ...rest }: Omit<Plan, 'hash' | 'policy'>): string {
  const later = workers === 1 ? {} : { workers };
  const content = { ...rest, traffic: { ...traffic, ...later }, infra: { ...infra, workloads: [gateway, ...workloads] } };
  return createHash('sha256').update(JSON.stringify(content, sortKeys)).digest('hex');
}

/** The order of keys is how the code happens to build an object, not what the config says. */
function sortKeys(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(sortedEntries(value as Record<string, unknown>)) : value;
}

import type { Workload } from '../../plan/infra-types.js';
import { mostChildren } from '../../plan/resources.js';

const OWN_PIDS = { 'gateway': 128, 'server': 512, 'stdio-host': 128 } as const;
const PIDS_OF_CHILD = 64;

/** Processes and threads of a container at most: Linux counts threads too. A Node process has about a dozen, and so may each child of a stdio host. */
export function pidsOf({ kind, child }: Pick<Workload, 'kind' | 'child'>): number {
  return OWN_PIDS[kind] + (child ? mostChildren(child) * PIDS_OF_CHILD : 0);
}

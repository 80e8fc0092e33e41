import type { Placement } from '../../gateway/runtime/tables/placement.js';
import type { Workload } from '../../plan/infra-types.js';
import type { EnvEntry } from '../../plan/server-types.js';
import type { Plan } from '../../plan/types.js';
import { runsOurCode } from './runnable.js';

/** A variable of a container: text, or a reference to a secret. */
export type ContainerVariable = Pick<EnvEntry, 'name' | 'value'>;

/**
 * Variables of a workload's container, sorted by name. A foreign server gets its environment as written. Our own runtime reads secrets
 * under their own names, and hands a child its environment itself (from the tables), so that a child's `NODE_OPTIONS` is not the host's.
 */
export function containerEnv(plan: Plan, workload: Workload, placement: Placement): readonly ContainerVariable[] {
  const variables = new Map<string, ContainerVariable['value']>();
  const childs = new Set(workload.child?.env.map(({ name }) => name));
  for (const { name, value } of workload.env) if (!childs.has(name)) variables.set(name, value);
  if (runsOurCode(workload)) {
    for (const { name, uses } of plan.infra.secrets)
      if (uses.some((use) => use.workload === workload.id)) variables.set(name, { kind: 'secret', secret: name });
    variables.set('MCPGEN_PLACEMENT', { kind: 'text', text: placement });
  }
  // The only folder a child can write to: the root file system is read-only.
  if (workload.kind === 'stdio-host' && !variables.has('HOME')) variables.set('HOME', { kind: 'text', text: '/tmp' });
  return [...variables].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

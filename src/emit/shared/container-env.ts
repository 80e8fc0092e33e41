import type { Placement } from '../../gateway/runtime/tables/placement.js';
import type { Workload } from '../../plan/infra-types.js';
import type { EnvEntry } from '../../plan/server-types.js';
import type { Plan } from '../../plan/types.js';
import { runsOurCode } from './runnable.js';

/** An environment variable of a container. Its value is a text or a reference to a secret. */
export type ContainerVariable = Pick<EnvEntry, 'name' | 'value'>;

/**
 * Environment variables of a workload's container, sorted by name. A server that runs from the user's image gets the variables of its config. The generated
 * runtime gets each secret under the secret's name. The variables of a stdio server are not among them: the host process reads those from its tables and gives
 * them to the child alone, so that a child's `NODE_OPTIONS` does not change the host.
 */
export function containerEnv(plan: Plan, workload: Workload, placement: Placement): readonly ContainerVariable[] {
  const variables = new Map<string, ContainerVariable['value']>();
  const namesOfChild = new Set(workload.child?.env.map(({ name }) => name));
  for (const { name, value } of workload.env) if (!namesOfChild.has(name)) variables.set(name, value);
  if (runsOurCode(workload)) {
    for (const { name, uses } of plan.infra.secrets)
      if (uses.some((use) => use.workload === workload.id)) variables.set(name, { kind: 'secret', secret: name });
    variables.set('MCPGEN_PLACEMENT', { kind: 'text', text: placement });
  }
  // By the contract of `dev` the server listens where these say, and its own default may be the loopback of its container. Fly's network is IPv6.
  if (workload.kind === 'server' && plan.infra.dev.some(({ server }) => server === workload.id)) {
    const place = { HOST: placement === 'fly' ? '::' : '0.0.0.0', PORT: String(workload.port) };
    for (const [name, text] of Object.entries(place)) if (!variables.has(name)) variables.set(name, { kind: 'text', text });
  }
  // The root file system is read-only, so /tmp is the only folder that a child can write to.
  if (workload.kind === 'stdio-host' && !variables.has('HOME')) variables.set('HOME', { kind: 'text', text: '/tmp' });
  return [...variables].map(([name, value]) => ({ name, value })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

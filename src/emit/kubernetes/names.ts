import type { Workload } from '../../plan/infra-types.js';
import type { KubernetesPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';

/** Name of a workload's objects. The plan's pools name servers the same way: `<plan>-<server>.<namespace>.svc.cluster.local`. */
export function objectName({ name }: Plan, { id }: Pick<Workload, 'id'>): string {
  return `${name}-${id}`;
}

/** The one Secret that containers read variables from, key by key. */
export function secretName({ name }: Plan): string {
  return `${name}-secrets`;
}

export function certificateName({ name }: Plan): string {
  return `${name}-tls`;
}

export function target({ infra }: Plan): KubernetesPlan {
  if (infra.targets.kubernetes === null) throw new TypeError('the plan has no Kubernetes target');
  return infra.targets.kubernetes;
}

/** Names of the ports of a container, for probes, Services and policies. */
export const MCP_PORT = 'mcp';
export const ADMIN_PORT = 'admin';

import type { Workload } from '../../plan/infra-types.js';
import type { KubernetesPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';

/** Name of a workload's objects. The pools of the plan find a server's Service by it: `<plan>-<server>.<namespace>.svc.<clusterDomain>`. */
export function objectName({ name }: Plan, { id }: Pick<Workload, 'id'>): string {
  return `${name}-${id}`;
}

/** Name of the Secret that holds all secrets of the deployment. A container reads single keys of it into its environment variables. */
export function secretName({ name }: Plan): string {
  return `${name}-secrets`;
}

/** What the config allows in the gateway's environment beside its secrets. The Secret may be missing. */
export function settingsName({ name }: Plan): string {
  return `${name}-gateway-environment`;
}

export function certificateName({ name }: Plan): string {
  return `${name}-tls`;
}

export function target({ infra }: Plan): KubernetesPlan {
  if (infra.targets.kubernetes === null) throw new TypeError('the plan has no Kubernetes target');
  return infra.targets.kubernetes;
}

/** Names of a container's ports, by which probes, Services and network policies refer to them. */
export const MCP_PORT = 'mcp';
export const ADMIN_PORT = 'admin';

import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { selector, workloadMetadata } from './labels.js';
import type { Service } from './manifests.js';
import { ADMIN_PORT, MCP_PORT, objectName } from './names.js';

export function services(plan: Plan, workload: Workload): readonly Service[] {
  if (workload.kind !== 'gateway') return [serverService(plan, workload)];
  return [gatewayService(plan, workload), ...(workload.adminPort === null ? [] : [adminService(plan, workload, workload.adminPort)])];
}

/** A headless Service: DNS answers with the addresses of all instances that are ready, and the gateway balances between them. */
function serverService(plan: Plan, workload: Workload): Service {
  return service(plan, workload, objectName(plan, workload), MCP_PORT, workload.port, {
    clusterIP: 'None',
    publishNotReadyAddresses: false,
  });
}

function gatewayService(plan: Plan, workload: Workload): Service {
  return service(plan, workload, objectName(plan, workload), MCP_PORT, workload.port, {});
}

/** A headless Service, because each gateway process has metrics of its own. Pods that are not ready are included: a draining process matters most. */
function adminService(plan: Plan, workload: Workload, port: number): Service {
  return service(plan, workload, `${objectName(plan, workload)}-admin`, ADMIN_PORT, port, {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
  });
}

function service(
  plan: Plan,
  workload: Workload,
  name: string,
  portName: string,
  port: number,
  addresses: Pick<Service['spec'], 'clusterIP' | 'publishNotReadyAddresses'>,
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: workloadMetadata(plan, workload, name),
    spec: {
      type: 'ClusterIP',
      ...addresses,
      selector: selector(plan, workload).matchLabels,
      ports: [{ name: portName, port, targetPort: portName, protocol: 'TCP', appProtocol: 'http' }],
    },
  };
}

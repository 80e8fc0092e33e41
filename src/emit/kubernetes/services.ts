import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import { selector, workloadMetadata } from './labels.js';
import type { Service } from './manifests.js';
import { ADMIN_PORT, MCP_PORT, objectName } from './names.js';

export function services(plan: Plan, workload: Workload): readonly Service[] {
  if (workload.kind !== 'gateway') return [pool(plan, workload)];
  return [front(plan, workload), ...(workload.adminPort === null ? [] : [admin(plan, workload, workload.adminPort)])];
}

/** Headless: the gateway asks DNS for the instances that are ready, one address each, and balances itself. */
function pool(plan: Plan, workload: Workload): Service {
  return service(plan, workload, objectName(plan, workload), MCP_PORT, workload.port, {
    clusterIP: 'None',
    publishNotReadyAddresses: false,
  });
}

function front(plan: Plan, workload: Workload): Service {
  return service(plan, workload, objectName(plan, workload), MCP_PORT, workload.port, {});
}

/** Headless, and with pods that are not ready: metrics are each process's own, and those of a draining one matter most. */
function admin(plan: Plan, workload: Workload, port: number): Service {
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

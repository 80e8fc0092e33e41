import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import type { Runnable } from '../shared/runnable.js';
import { deploymentMetadata, selector } from './labels.js';
import type { NetworkPolicy, Peer } from './manifests.js';
import { ADMIN_PORT, MCP_PORT, objectName } from './names.js';
import { outside } from './outside.js';
import { edges, everyPodOfOurs, namespaceLabelled } from './peers.js';

/** Nothing may talk to anything, and then what must. The namespace is ours, so the denial is for all of it. */
export function networkPolicies(plan: Plan, gateway: Runnable, servers: readonly Runnable[]): readonly NetworkPolicy[] {
  return [
    policy(plan, `${plan.name}-default-deny`, { podSelector: everyPodOfOurs(plan), policyTypes: ['Ingress', 'Egress'] }),
    policy(plan, `${plan.name}-dns`, { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: NAME_SERVERS, ports: DNS }] }),
    gatewayPolicy(plan, gateway, servers),
    ...(gateway.adminPort === null ? [] : [adminPolicy(plan, gateway)]),
    ...servers.map((server) => serverPolicy(plan, gateway, server)),
  ];
}

const DNS = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
] as const;

/** The cluster's DNS, and the address of NodeLocal DNSCache, which is the node's own and in no namespace. */
const NAME_SERVERS: readonly Peer[] = [
  { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
  { ipBlock: { cidr: '169.254.20.10/32' } },
];

function gatewayPolicy(plan: Plan, gateway: Workload, servers: readonly Workload[]): NetworkPolicy {
  return policy(plan, objectName(plan, gateway), {
    podSelector: selector(plan, gateway),
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [...edges(plan), ...(relays(plan, gateway) ? [pods(plan, gateway)] : [])], ports: [{ protocol: 'TCP', port: MCP_PORT }] }],
    egress: [
      ...servers.map((server) => ({ to: [pods(plan, server)], ports: [{ protocol: 'TCP', port: server.port } as const] })),
      ...outside(plan),
      ...(relays(plan, gateway) ? [{ to: [pods(plan, gateway)], ports: [{ protocol: 'TCP', port: gateway.port } as const] }] : []),
    ],
  });
}

/** A stream of 2024-11-05 is held by one replica, to which the others pass on what is posted to it. */
function relays({ traffic }: Plan, { replicas }: Workload): boolean {
  return replicas > 1 && traffic.routes.some(({ kind }) => kind === 'sse');
}

/** From namespaces that an administrator of the cluster has let in; port-forwarding works without. */
function adminPolicy(plan: Plan, gateway: Workload): NetworkPolicy {
  return policy(plan, `${objectName(plan, gateway)}-admin`, {
    podSelector: selector(plan, gateway),
    policyTypes: ['Ingress'],
    ingress: [{ from: [namespaceLabelled('mcpgen/admin')], ports: [{ protocol: 'TCP', port: ADMIN_PORT }] }],
  });
}

function serverPolicy(plan: Plan, gateway: Workload, server: Workload): NetworkPolicy {
  // With an ending, so that a server called `dns` has not the name of the policy above.
  return policy(plan, `${objectName(plan, server)}-ingress`, {
    podSelector: selector(plan, server),
    policyTypes: ['Ingress'],
    ingress: [{ from: [pods(plan, gateway)], ports: [{ protocol: 'TCP', port: MCP_PORT }] }],
  });
}

function pods(plan: Plan, workload: Workload): Peer {
  return { podSelector: selector(plan, workload) };
}

function policy(plan: Plan, name: string, spec: NetworkPolicy['spec']): NetworkPolicy {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: deploymentMetadata(plan, name), spec };
}

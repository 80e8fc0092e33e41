import type { Workload } from '../../plan/infra-types.js';
import type { Plan } from '../../plan/types.js';
import type { Runnable, RunnableServer } from '../shared/runnable.js';
import { egressRules } from './egress.js';
import { relaysMessages } from '../shared/sse-routes.js';
import { deploymentMetadata, selector } from './labels.js';
import type { NetworkPolicy, Peer } from './manifests.js';
import { ADMIN_PORT, MCP_PORT, objectName } from './names.js';
import { outside } from './outside.js';
import { edges, everyPodOfOurs, namespaceLabelled } from './peers.js';

/** The network policies. The first denies all traffic of the namespace, which belongs to this deployment alone; the others allow the traffic that is needed. */
export function networkPolicies(plan: Plan, gateway: Runnable, servers: readonly RunnableServer[]): readonly NetworkPolicy[] {
  return [
    policy(plan, `${plan.name}-default-deny`, { podSelector: everyPodOfOurs(plan), policyTypes: ['Ingress', 'Egress'] }),
    policy(plan, `${plan.name}-dns`, { podSelector: everyPodOfOurs(plan), policyTypes: ['Egress'], egress: [{ to: NAME_SERVERS, ports: DNS }] }),
    gatewayPolicy(plan, gateway, servers),
    ...(gateway.adminPort === null ? [] : [adminPolicy(plan, gateway)]),
    ...servers.map((server) => serverPolicy(plan, gateway, server)),
    ...servers.flatMap((server) => egressPolicy(plan, server)),
  ];
}

const DNS = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
] as const;

/** The name servers: the DNS of the cluster, and NodeLocal DNSCache, which has an address on the node and belongs to no namespace. */
const NAME_SERVERS: readonly Peer[] = [
  { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
  { ipBlock: { cidr: '169.254.20.10/32' } },
];

function gatewayPolicy(plan: Plan, gateway: Workload, servers: readonly Workload[]): NetworkPolicy {
  const otherReplicas = relaysMessages(plan.traffic, gateway.replicas) ? [pods(plan, gateway)] : [];
  return policy(plan, objectName(plan, gateway), {
    podSelector: selector(plan, gateway),
    policyTypes: ['Ingress', 'Egress'],
    ingress: [{ from: [...edges(plan), ...otherReplicas], ports: [{ protocol: 'TCP', port: MCP_PORT }] }],
    egress: [
      ...servers.map((server) => ({ to: [pods(plan, server)], ports: [{ protocol: 'TCP', port: server.port } as const] })),
      ...outside(plan),
      ...otherReplicas.map((peer) => ({ to: [peer], ports: [{ protocol: 'TCP', port: gateway.port } as const] })),
    ],
  });
}

/** The admin port is open to namespaces with the label `mcpgen/admin: allow`. Port-forwarding by kubectl needs no policy. */
function adminPolicy(plan: Plan, gateway: Workload): NetworkPolicy {
  return policy(plan, `${objectName(plan, gateway)}-admin`, {
    podSelector: selector(plan, gateway),
    policyTypes: ['Ingress'],
    ingress: [{ from: [namespaceLabelled('mcpgen/admin')], ports: [{ protocol: 'TCP', port: ADMIN_PORT }] }],
  });
}

function serverPolicy(plan: Plan, gateway: Workload, server: Workload): NetworkPolicy {
  // The ending keeps the policy of a server called `dns` from having the name of the DNS policy above.
  return policy(plan, `${objectName(plan, server)}-ingress`, {
    podSelector: selector(plan, server),
    policyTypes: ['Ingress'],
    ingress: [{ from: [pods(plan, gateway)], ports: [{ protocol: 'TCP', port: MCP_PORT }] }],
  });
}

/** What a server may reach outside. Without this policy it reaches nothing, because the first policy denies. */
function egressPolicy(plan: Plan, server: RunnableServer): readonly NetworkPolicy[] {
  const egress = egressRules(server.egress);
  if (egress.length === 0) return [];
  return [policy(plan, `${objectName(plan, server)}-egress`, { podSelector: selector(plan, server), policyTypes: ['Egress'], egress })];
}

function pods(plan: Plan, workload: Workload): Peer {
  return { podSelector: selector(plan, workload) };
}

function policy(plan: Plan, name: string, spec: NetworkPolicy['spec']): NetworkPolicy {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: deploymentMetadata(plan, name), spec };
}

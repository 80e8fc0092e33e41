import type { Plan } from '../../plan/types.js';
import type { Peer, PodSelector } from './manifests.js';
import { target } from './names.js';

/**
 * Who may reach the gateway's public port: the namespace of the Gateway it hangs on, the declared hops in front, and namespaces with the
 * label `mcpgen/edge: allow` – some controllers run their proxies in a namespace of their own, which no plan can know.
 */
export function edges(plan: Plan): readonly Peer[] {
  return [
    ...attached(plan),
    namespaceLabelled('mcpgen/edge'),
    ...plan.traffic.trustedProxies.map((cidr) => ({ ipBlock: { cidr: asNetwork(cidr) } })),
  ];
}

export function namespaceLabelled(label: string): Peer {
  return { namespaceSelector: { matchLabels: { [label]: 'allow' } } };
}

/** Proxies carry the name of the Gateway they were made for (GEP-1762, in-cluster deployments). */
const PROXY_OF = 'gateway.networking.k8s.io/gateway-name';

function attached(plan: Plan): readonly Peer[] {
  const { exposure } = target(plan);
  const own = gatewayHere(plan);
  if (own !== null) return [{ podSelector: { matchLabels: { [PROXY_OF]: own } } }];
  if (exposure.kind !== 'parent' || exposure.namespace === null) return [];
  return [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': exposure.namespace } } }];
}

/** All pods of the namespace, but not the proxies that a controller puts beside its Gateway: what those need is the controller's to say. */
export function everyPodOfOurs(plan: Plan): PodSelector {
  return gatewayHere(plan) === null ? {} : { matchExpressions: [{ key: PROXY_OF, operator: 'DoesNotExist' }] };
}

/** Name of the Gateway in this namespace. */
function gatewayHere(plan: Plan): string | null {
  const { exposure } = target(plan);
  switch (exposure.kind) {
    case 'gateway-class':
      return plan.name;
    case 'parent':
      return exposure.namespace === null || exposure.namespace === target(plan).namespace ? exposure.name : null;
    case 'none':
      return null;
  }
}

/** A single address is a network of one. */
export function asNetwork(address: string): string {
  if (address.includes('/')) return address;
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

import type { Plan } from '../../plan/types.js';
import type { Peer, PodSelector } from './manifests.js';
import { target } from './names.js';

/**
 * The peers that may reach the gateway's public port: the proxies of the Gateway object that routes to it, the declared proxies, and every namespace with the
 * label `mcpgen/edge: allow`. The label is for controllers that run their proxies in a namespace of their own, which no plan can know.
 */
export function edges(plan: Plan): readonly Peer[] {
  return [
    ...proxiesOfGateway(plan),
    namespaceLabelled('mcpgen/edge'),
    ...plan.traffic.trustedProxies.map((cidr) => ({ ipBlock: { cidr: asNetwork(cidr) } })),
  ];
}

export function namespaceLabelled(label: string): Peer {
  return { namespaceSelector: { matchLabels: { [label]: 'allow' } } };
}

/** Label of a proxy's pod. Its value is the name of the Gateway object that the proxy serves (GEP-1762, in-cluster deployments). */
const PROXY_LABEL = 'gateway.networking.k8s.io/gateway-name';

/** The proxies of the Gateway object that the gateway's route is attached to. */
function proxiesOfGateway(plan: Plan): readonly Peer[] {
  const { exposure } = target(plan);
  const name = gatewayHere(plan);
  if (name !== null) return [{ podSelector: { matchLabels: { [PROXY_LABEL]: name } } }];
  if (exposure.kind !== 'parent' || exposure.namespace === null) return [];
  return [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': exposure.namespace } } }];
}

/** All pods of the namespace except the proxies that a controller runs there for its Gateway object. Only the controller knows what those proxies need. */
export function everyPodOfOurs(plan: Plan): PodSelector {
  return gatewayHere(plan) === null ? {} : { matchExpressions: [{ key: PROXY_LABEL, operator: 'DoesNotExist' }] };
}

/** Name of the Gateway object, if it is in the namespace of the deployment. */
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

/** A network in CIDR notation; a single address becomes a network of one address. */
export function asNetwork(address: string): string {
  if (address.includes('/')) return address;
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

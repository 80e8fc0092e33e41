import { hidesClients } from '../../../plan/hidden-clients.js';
import { isPublishedOnLoopback } from '../../../emit/shared/published.js';
import type { Plan } from '../../../plan/types.js';
import type { Problem, Rule } from '../../types.js';

export const proxyUntrusted: Rule<'plan'> = {
  code: 'MCP318',
  slug: 'proxy-untrusted',
  severity: 'error',
  securitySeverity: 5.3,
  summary: 'what exposes the gateway is no trusted proxy, so every client has its address',
  reads: ['plan'],
  *check({ plan }) {
    if (hidesClients(plan)) yield KUBERNETES;
    if (isBehindMachinesProxy(plan)) yield COMPOSE;
  },
};

const KUBERNETES: Problem = {
  at: 'targets.kubernetes.exposure',
  message:
    'every client has the address of the proxy that exposes the gateway, which gateway.trustedProxies does not name: limits.perAddress counts nothing',
  help:
    'name the network from which it calls: the pods’ for a controller that runs in the cluster (ingress-nginx, Envoy Gateway, NGINX Gateway Fabric, Traefik, ' +
    "Istio, Cilium), such as trustedProxies: ['10.244.0.0/16'] (kubectl get nodes -o jsonpath='{.items[*].spec.podCIDR}'); the subnets of the load balancer " +
    "for an ALB; ['35.191.0.0/16', '130.211.0.0/22'] and the proxy-only subnet on GKE",
};

const COMPOSE: Problem = {
  at: 'targets.compose',
  message: 'TLS ends before compose, which hands on every client from one address of the bridge: limits.perAddress is the rate of all of them',
  help: "trust the proxy that ends TLS on this machine, as it comes through Docker: trustedProxies: ['172.16.0.0/12'], or the subnet of the network edge",
  severity: 'warn',
};

/** The public URL is https, nginx does not end it, and only this machine reaches what compose publishes: something on it ends TLS. */
function isBehindMachinesProxy(plan: Plan): boolean {
  const { publicUrl, trustedProxies } = plan.traffic;
  const endsElsewhere = publicUrl.isPublic && publicUrl.scheme === 'https' && !plan.infra.targets.nginx?.tls;
  return endsElsewhere && isPublishedOnLoopback(plan) && trustedProxies.length === 0;
}

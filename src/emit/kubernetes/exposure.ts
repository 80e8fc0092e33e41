import { isIP } from 'node:net';
import type { Workload } from '../../plan/infra-types.js';
import type { ExposurePlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { deploymentMetadata } from './labels.js';
import type { GatewayListener, HttpRoute } from './manifests.js';
import { certificateName, objectName, target } from './names.js';

/** A route takes at most 16 host names (Gateway API, HTTPRouteSpec.hostnames). */
const MOST_HOSTS_OF_ROUTE = 16;

export function exposureObjects(plan: Plan, gateway: Workload): readonly (GatewayListener | HttpRoute)[] {
  const { exposure } = target(plan);
  switch (exposure.kind) {
    case 'none':
      return [];
    case 'parent':
      return routes(plan, gateway, parentRef(exposure));
    case 'gateway-class':
      return [listener(plan, exposure.gatewayClass), ...routes(plan, gateway, { name: plan.name })];
  }
}

function parentRef({ name, namespace, sectionName }: Extract<ExposurePlan, { kind: 'parent' }>): HttpRoute['spec']['parentRefs'][number] {
  return { name, ...(namespace === null ? {} : { namespace }), ...(sectionName === null ? {} : { sectionName }) };
}

/** What the owner of a shared Gateway has to do, which nothing in this folder can. */
export function aboutExposure(plan: Plan): readonly string[] {
  const { exposure, namespace } = target(plan);
  if (exposure.kind !== 'parent') return [];
  const listener = exposure.sectionName === null ? 'each listener that is meant' : `listener "${exposure.sectionName}"`;
  return [
    `Gateway "${exposure.name}" must let routes of this namespace attach to ${listener} (spec.listeners[].allowedRoutes.namespaces:`,
    `from All, or a selector such as kubernetes.io/metadata.name: ${namespace}); otherwise the route's status says NotAllowedByListeners.`,
  ];
}

/** Name of the Secret with the TLS certificate, which our own Gateway object needs where the public URL is https. */
export function certificate(plan: Plan): string | null {
  return target(plan).exposure.kind === 'gateway-class' && plan.traffic.publicUrl.scheme === 'https' ? certificateName(plan) : null;
}

function listener(plan: Plan, gatewayClassName: string): GatewayListener {
  const { scheme, port } = plan.traffic.publicUrl;
  const secret = certificate(plan);
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: deploymentMetadata(plan, plan.name),
    spec: {
      gatewayClassName,
      listeners: [
        {
          name: scheme,
          port,
          protocol: scheme === 'https' ? 'HTTPS' : 'HTTP',
          ...(secret === null ? {} : { tls: { mode: 'Terminate', certificateRefs: [{ kind: 'Secret', name: secret }] } }),
          allowedRoutes: { namespaces: { from: 'Same' } },
        },
      ],
    },
  };
}

function routes(plan: Plan, gateway: Workload, parent: HttpRoute['spec']['parentRefs'][number]): readonly HttpRoute[] {
  return grouped(routableHosts(plan)).map((hostnames, index) => ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: deploymentMetadata(plan, `${plan.name}${index === 0 ? '' : `-${index + 1}`}`),
    spec: {
      parentRefs: [parent],
      ...(hostnames.length === 0 ? {} : { hostnames }),
      rules: [
        {
          // Every path is sent to the gateway, which alone decides whether a path is a route.
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          // An event stream may stay open for long. A timeout of 0 means none (HTTPRouteTimeouts.request).
          timeouts: { request: '0s' },
          backendRefs: [{ name: objectName(plan, gateway), port: gateway.port }],
        },
      ],
    },
  }));
}

/** Host names in groups that fit into one route each. Without host names there is one empty group, since a route without host names takes every host. */
function grouped(hosts: readonly string[]): readonly (readonly string[])[] {
  const count = Math.max(1, Math.ceil(hosts.length / MOST_HOSTS_OF_ROUTE));
  return Array.from({ length: count }, (_, index) => hosts.slice(index * MOST_HOSTS_OF_ROUTE, (index + 1) * MOST_HOSTS_OF_ROUTE));
}

/** The host names that a route of the Gateway API takes. It takes no addresses, and `localhost` would mean the machine of the caller. */
function routableHosts({ traffic }: Plan): readonly string[] {
  if (traffic.anyHost) return [];
  const names = traffic.hosts.map(({ name }) => name).filter((name) => isIP(name) === 0 && !name.includes(':') && name !== 'localhost');
  return [...new Set(names)].sort();
}

import type { Plan } from './types.js';

/** Whether Kubernetes exposes the gateway through a proxy that `trustedProxies` does not name: then every client has the proxy's address. */
export function hidesClients({ traffic: { trustedProxies }, infra: { targets } }: Pick<Plan, 'traffic' | 'infra'>): boolean {
  return targets.kubernetes !== null && targets.kubernetes.exposure.kind !== 'none' && trustedProxies.length === 0;
}

import type { Workload } from '../../plan/infra-types.js';
import type { Network, Networks } from './types.js';

/** The network of nginx and the gateway, whose port the machine publishes. */
export const EDGE = 'edge';
/** The network of the gateway and the servers. */
export const SERVERS = 'servers';
/** The network of the gateway's admin listener, for the programs that watch the gateway. */
export const ADMIN = 'admin';

export function networks(gateway: Workload, hasServers: boolean): Readonly<Record<string, Network>> {
  return {
    [EDGE]: {},
    ...(hasServers ? { [SERVERS]: { internal: true } as const } : {}),
    ...(gateway.adminPort === null ? {} : { [ADMIN]: { internal: true } as const }),
  };
}

/** The gateway is on every network. */
export function gatewayNetworks(gateway: Workload, hasServers: boolean): Networks {
  return Object.keys(networks(gateway, hasServers));
}

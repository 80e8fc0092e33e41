import type { Workload } from '../../plan/infra-types.js';
import type { Network, Networks } from './types.js';

/** `edge`: nginx and the gateway, published. `servers`: the gateway and the servers. `admin`: for what watches the gateway. */
export const EDGE = 'edge';
export const SERVERS = 'servers';
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

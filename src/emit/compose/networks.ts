import { ADMIN_ALIAS } from '../../plan/admin-alias.js';
import type { EgressPlan, Workload } from '../../plan/infra-types.js';
import type { Network, Networks } from './types.js';

/** The network of nginx and the gateway, whose port the machine publishes. */
export const EDGE = 'edge';
/** The network of the gateway's admin listener, for the programs that watch the gateway. */
export const ADMIN = 'admin';

/** A server, as far as its network is concerned. */
interface Connected {
  readonly id: string;
  readonly egress: EgressPlan;
}

/** The network of one server and the gateway, on which there is no other server. No server has an underscore in its name, so the name is free. */
export function networkOf({ id }: Pick<Connected, 'id'>): string {
  return `server_${id}`;
}

export function networks(gateway: Workload, servers: readonly Connected[]): Readonly<Record<string, Network>> {
  return {
    [EDGE]: {},
    ...Object.fromEntries(servers.map((server) => [networkOf(server), server.egress.allows === 'none' ? { internal: true } : {}])),
    ...(gateway.adminPort === null ? {} : { [ADMIN]: { internal: true } as const }),
  };
}

/** The gateway is on every network. Its admin listener listens on the address that has this further name, and so on one network alone. */
export function gatewayNetworks(gateway: Workload, servers: readonly Connected[]): Networks {
  return Object.fromEntries(Object.keys(networks(gateway, servers)).map((name) => [name, name === ADMIN ? { aliases: [ADMIN_ALIAS] } : {}]));
}

/** The address of the gateway. It is in a file of its own, because it is the only part of the output that depends on the placement. */
import type { NginxPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { because, block, line } from './directives.js';
import { loopbackPeers } from './hosts.js';
import { word } from './tokens.js';
import type { NginxFile } from './types.js';

/** The parts of the `upstream` block that are the same in every placement. */
export const UPSTREAM = {
  name: 'mcpgen_gateway',
  zoneSize: '64k',
  server: ['max_fails=3', 'fail_timeout=10s'],
  keepalive: '32',
  keepaliveTimeout: '60s',
} as const;

export function upstreamFile(plan: Plan, nginx: NginxPlan): NginxFile {
  const ports = gatewayPorts(plan, nginx);
  return {
    path: 'nginx/upstream.conf',
    opening: [
      'Included by nginx.conf: the gateway on this machine. Compose mounts a file of its own over this one.',
      ...(ports.length > 1 ? [`${ports.length} processes, each with ports of its own: PORT=${ports[1]} MCPGEN_ADMIN_PORT=… node main.js`] : []),
    ],
    items: [
      ...loopbackPeers(plan.traffic),
      block('upstream', [UPSTREAM.name], [
        line('zone', UPSTREAM.name, UPSTREAM.zoneSize),
        ...ports.map((port) => line('server', word(`127.0.0.1:${port}`), ...UPSTREAM.server)),
        because(
          'Closed here before the gateway closes it (75 s): a request on a connection that is ending would be lost.',
          line('keepalive', UPSTREAM.keepalive),
        ),
        line('keepalive_timeout', UPSTREAM.keepaliveTimeout),
      ]),
    ],
  };
}

/** The ports of the gateway's processes on one machine: its own and those that follow, without the ports that nginx and the admin listener have. */
function gatewayPorts({ infra: { gateway } }: Plan, { listen }: NginxPlan): readonly number[] {
  const taken = [listen, gateway.adminPort];
  const ports = [gateway.port];
  for (let port = gateway.port + 1; ports.length < gateway.replicas && port < 65_536; port++) if (!taken.includes(port)) ports.push(port);
  return ports;
}

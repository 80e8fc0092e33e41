/** The address of the gateway. It is in a file of its own, because it is the only part of the output that depends on the placement. */
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

export function upstreamFile({ traffic, infra: { gateway } }: Plan): NginxFile {
  return {
    path: 'nginx/upstream.conf',
    opening: ['Included by nginx.conf: the gateway on this machine. Compose mounts a file of its own over this one.'],
    items: [
      ...loopbackPeers(traffic),
      block('upstream', [UPSTREAM.name], [
        line('zone', UPSTREAM.name, UPSTREAM.zoneSize),
        line('server', word(`127.0.0.1:${gateway.port}`), ...UPSTREAM.server),
        because(
          'Closed here before the gateway closes it (75 s): a request on a connection that is ending would be lost.',
          line('keepalive', UPSTREAM.keepalive),
        ),
        line('keepalive_timeout', UPSTREAM.keepaliveTimeout),
      ]),
    ],
  };
}

/** The address of the gateway. It is in a file of its own, because it is the only part of the output that depends on the placement. */
import type { Plan } from '../../plan/types.js';
import { because, block, line } from './directives.js';
import { word } from './tokens.js';
import type { NginxFile } from './types.js';

/** Name of the `upstream` block. */
export const UPSTREAM_NAME = 'mcpgen_gateway';

export function upstreamFile({ infra: { gateway } }: Plan): NginxFile {
  return {
    path: 'nginx/upstream.conf',
    opening: ['Included by nginx.conf: the gateway on this machine. Compose mounts a file of its own over this one.'],
    items: [
      block('upstream', [UPSTREAM_NAME], [
        line('zone', UPSTREAM_NAME, '64k'),
        line('server', word(`127.0.0.1:${gateway.port}`), 'max_fails=3', 'fail_timeout=10s'),
        because(
          'Closed here before the gateway closes it (75 s): a request on a connection that is ending would be lost.',
          line('keepalive', '32'),
        ),
        line('keepalive_timeout', '60s'),
      ]),
    ],
  };
}

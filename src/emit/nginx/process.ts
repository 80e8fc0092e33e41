/** The process around it all: no root, no writable root file system, enough connections. */
import type { Plan } from '../../plan/types.js';
import { because, block, line } from './directives.js';
import { number, seconds, text } from './tokens.js';
import type { Item } from './types.js';

/** A stream takes two connections, the client's and the gateway's; what is left is for everything else. */
const SPARE = 1024;

export function processDirectives({ traffic }: Plan): readonly Item[] {
  const connections = 2 * traffic.limits.streams + SPARE;
  return [
    line('worker_processes', 'auto'),
    line('worker_rlimit_nofile', number(2 * connections)),
    line('pcre_jit', 'on'),
    line('pid', text('/tmp/nginx.pid')),
    because(
      'After SIGQUIT and a reload, streams may go on for as long as the gateway drains.',
      line('worker_shutdown_timeout', seconds(traffic.timeouts.drain)),
    ),
    because(
      'Lines of lesser weight quote request lines, and with them queries; the log below has the statuses.',
      line('error_log', 'stderr', 'crit'),
    ),
    block('events', [], [line('worker_connections', number(connections))]),
  ];
}

/** nginx makes all of them when it starts, used or not. */
export function temporaryPaths(): readonly Item[] {
  const kinds = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
  return kinds.map((kind, index) => {
    const path = line(`${kind}_temp_path`, text(`/tmp/nginx-${kind}`));
    return index === 0 ? because('The only places that need to be writable.', path) : path;
  });
}

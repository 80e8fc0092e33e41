/** Settings of the nginx process, which runs without root and without a writable root file system, and has enough connections for all streams. */
import type { Plan } from '../../plan/types.js';
import { because, block, line } from './directives.js';
import { number, seconds, text } from './tokens.js';
import type { Item } from './types.js';

/** Connections for requests other than streams. Each stream takes two connections, one from the client and one to the gateway. */
const SPARE_CONNECTIONS = 1024;

export function processDirectives({ traffic }: Plan): readonly Item[] {
  const connections = 2 * traffic.limits.streams + SPARE_CONNECTIONS;
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

/** nginx creates all of these folders when it starts, even those that it never uses. */
export function temporaryPaths(): readonly Item[] {
  const kinds = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
  return kinds.map((kind, index) => {
    const path = line(`${kind}_temp_path`, text(`/tmp/nginx-${kind}`));
    return index === 0 ? because('The only places that need to be writable.', path) : path;
  });
}

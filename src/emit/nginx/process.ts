/** Settings of the nginx process, which has enough connections for all streams. */
import type { NginxPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { because, block, line } from './directives.js';
import { WAYS } from './run.js';
import { number, seconds, text } from './tokens.js';
import type { Directive, Item } from './types.js';

/** Connections for requests other than streams. Each stream takes two connections, one from the client and one to the gateway. */
const SPARE_CONNECTIONS = 1024;

export function processDirectives({ traffic }: Plan, { run }: NginxPlan): readonly Item[] {
  const connections = 2 * traffic.limits.streams + SPARE_CONNECTIONS;
  return [
    ...WAYS[run].process,
    line('worker_rlimit_nofile', number(2 * connections)),
    line('pcre_jit', 'on'),
    because(
      'After SIGQUIT and a reload, streams may go on for as long as the gateway drains.',
      line('worker_shutdown_timeout', seconds(traffic.timeouts.drain)),
    ),
    because('What nginx says of itself. What it says of requests is in the section of the log.', line('error_log', WAYS[run].errorLog, 'warn')),
    block('events', [], [line('worker_connections', number(connections))]),
  ];
}

/** nginx creates all of these folders when it starts, even those that it never uses. A package has folders of its own for them. */
export function temporaryPaths({ run }: NginxPlan): readonly Directive[] {
  const { temporary } = WAYS[run];
  if (temporary === null) return [];
  const kinds = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];
  return kinds.map((kind, index) => {
    const path = line(`${kind}_temp_path`, text(`${temporary}${kind}`));
    return index === 0 ? because('The only places that need to be writable.', path) : path;
  });
}

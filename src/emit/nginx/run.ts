/** The two ways in which nginx is run: in a container without root and with a read-only root file system, or as the service of a Linux distribution. */
import type { NginxPlan } from '../../plan/target-types.js';
import { line } from './directives.js';
import { text, word, type Text, type Word } from './tokens.js';
import type { Directive } from './types.js';

interface Way {
  /** Directives at the top of the file. */
  readonly process: readonly Directive[];
  readonly errorLog: Text | Word;
  readonly accessLog: Text;
  /** Folders of this way that nginx may write to; null keeps those of the package. */
  readonly temporary: string | null;
  /** Lines of the opening comment. */
  readonly how: readonly string[];
}

export const WAYS: Readonly<Record<NginxPlan['run'], Way>> = {
  container: {
    // `auto` counts the processors of the machine and not those of the container: 64 workers do not fit into 256 MB (PLATFORMS §6).
    process: [line('worker_processes', '2'), line('pid', text('/tmp/nginx.pid'))],
    errorLog: word('stderr'),
    accessLog: text('/dev/stdout'),
    temporary: '/tmp/nginx-',
    how: [
      'Run it in a container, as compose does: this file is /etc/nginx/nginx.conf there, upstream.conf lies beside it, and /tmp is writable. For',
      'the service of a distribution choose targets.nginx.run: \'service\'; /dev/stdout cannot be opened there.',
    ],
  },
  service: {
    process: [line('user', 'www-data'), line('worker_processes', 'auto'), line('pid', text('/run/nginx.pid'))],
    errorLog: text('/var/log/nginx/error.log'),
    accessLog: text('/var/log/nginx/access.log'),
    temporary: null,
    how: [
      'Run it as the service of Debian or Ubuntu: sudo cp nginx.conf upstream.conf /etc/nginx/ && sudo nginx -t && sudo systemctl reload nginx',
      'Its workers run as www-data, which is the user of these packages; where there is none: sudo useradd --system www-data',
    ],
  },
};

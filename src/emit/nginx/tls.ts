/** TLS at nginx: the certificate, and plain HTTP that leads to it. */
import type { NginxPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { refuseEarly } from './decision.js';
import { block, because, line } from './directives.js';
import { refusalLocation } from './refusals.js';
import { has } from './release.js';
import { $, serverName, template, text, word } from './tokens.js';
import type { Directive } from './types.js';

/** `http2` is a directive since 1.25.1, and was a parameter of `listen`. */
export function handshakeListen({ listen, release }: NginxPlan, ...more: readonly string[]): readonly Directive[] {
  const port = word(String(listen));
  if (has(release, 'http2-directive')) return [line('listen', port, 'ssl', ...more), line('http2', 'on')];
  return [line('listen', port, 'ssl', 'http2', ...more)];
}

export function tlsSettings({ traffic }: Plan, nginx: NginxPlan, tls: NonNullable<NginxPlan['tls']>): readonly Directive[] {
  return [
    ...handshakeListen(nginx, ...(traffic.anyHost ? ['default_server'] : [])),
    ...(traffic.anyHost ? [] : [line('server_name', ...traffic.hosts.map(({ name }) => serverName(name)))]),
    line('ssl_certificate', text(tls.certificate)),
    line('ssl_certificate_key', text(tls.key)),
    line('ssl_protocols', 'TLSv1.2', 'TLSv1.3'),
    line('ssl_session_cache', 'shared:mcpgen:10m'),
    because('Tickets are sealed with a key that lives as long as the process.', line('ssl_session_tickets', 'off')),
  ];
}

/** Beside port 443 alone: another port has no plain partner. */
export function redirectServer(plan: Plan, { listen }: NginxPlan): readonly Directive[] {
  if (listen !== 443) return [];
  const { publicUrl } = plan.traffic;
  const port = publicUrl.port === 443 ? '' : `:${publicUrl.port}`;
  return [
    because(
      'Plain HTTP is led to HTTPS, on the host that was asked for: a tenant may be recognised by it.',
      block('server', [], [
        line('listen', '80', 'default_server'),
        ...refuseEarly(plan),
        refusalLocation(plan),
        block('location', [word('/')], [line('return', '308', template('https://', $('mcp_host'), port, $('request_uri')))]),
      ]),
    ),
  ];
}

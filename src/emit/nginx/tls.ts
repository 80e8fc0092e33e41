/** TLS at nginx: the certificate and its settings, and a server that redirects plain HTTP to HTTPS. */
import type { NginxPlan } from '../../plan/target-types.js';
import type { Plan } from '../../plan/types.js';
import { refuseEarly } from './decision.js';
import { block, because, line } from './directives.js';
import { listens } from './listens.js';
import { refusalLocation, securityHeaders } from './refusals.js';
import { has } from './release.js';
import { $, serverName, template, text, word } from './tokens.js';
import type { Directive } from './types.js';

/** The directives that listen for TLS handshakes and offer HTTP/2. */
export function handshakeListen({ listen, release }: NginxPlan, ...more: readonly string[]): readonly Directive[] {
  if (has(release, 'http2-directive')) return [...listens(listen, 'ssl', ...more), line('http2', 'on')];
  return listens(listen, 'ssl', 'http2', ...more);
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

/** The redirect from port 80 is there only where HTTPS is on port 443: no other port of HTTPS has a known port of HTTP beside it. */
export function redirectServer(plan: Plan, { listen }: NginxPlan): readonly Directive[] {
  if (listen !== 443) return [];
  const { publicUrl } = plan.traffic;
  const port = publicUrl.port === 443 ? '' : `:${publicUrl.port}`;
  return [
    because(
      'Plain HTTP is led to HTTPS, on the host that was asked for: a tenant may be recognised by it.',
      block('server', [], [
        ...listens(80, 'default_server'),
        ...refuseEarly(plan),
        refusalLocation(plan, true),
        block('location', [word('/')], [
          ...securityHeaders(plan.traffic, true),
          line('return', '308', template('https://', $('mcp_host'), port, $('request_uri'))),
        ]),
      ]),
    ),
  ];
}

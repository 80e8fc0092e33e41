import { isIP } from 'node:net';
import { isPrivateAddress } from '../../private-networks.js';
import type { Rule } from '../../types.js';

export const plaintextCrossHostUpstream: Rule<'plan'> = {
  code: 'MCP204',
  slug: 'plaintext-cross-host-upstream',
  severity: 'warn',
  securitySeverity: 5.9,
  summary: 'a server elsewhere is called without TLS',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    const seen = new Set<string>();
    for (const { server, sources, from } of traffic.pools) {
      for (const source of Object.values(sources)) {
        for (const { url } of source.kind === 'urls' ? source.instances : []) {
          if (seen.has(`${server} ${url}`) || !isReadableOnTheWay(url)) continue;
          seen.add(`${server} ${url}`);
          yield {
            at: `${from}.instances`,
            message: `${new URL(url).origin} is called without TLS beyond this network: whoever is on the way reads and changes what "${server}" says`,
            help: 'call it by https; with a certificate of your own authority say servers.' + server + '.upstream.tls.ca',
          };
        }
      }
    }
    const { traces } = traffic;
    if (traces === null || !isReadableOnTheWay(traces.otlp)) return;
    yield {
      at: 'gateway.traces.otlp',
      message: `${new URL(traces.otlp).origin} is sent traces without TLS beyond this network: they name tools, tenants and servers`,
      help: 'send them by https, or to a collector beside the gateway',
    };
  },
};

/**
 * Without TLS, and not to a machine that only the own network reaches: a name without a dot, or of a domain that is never public (RFC 6762, RFC 8375,
 * RFC 9476).
 */
function isReadableOnTheWay(href: string): boolean {
  const { protocol, hostname } = new URL(href);
  if (protocol !== 'http:') return false;
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) return !isPrivateAddress(host);
  return host.includes('.') && !/\.(?:localhost|local|internal|alt|home\.arpa|svc|cluster\.local|test)$/.test(host);
}

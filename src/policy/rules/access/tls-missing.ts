import { BlockList, isIP } from 'node:net';
import type { Rule } from '../../types.js';

export const tlsMissing: Rule<'plan'> = {
  code: 'MCP202',
  slug: 'tls-missing',
  severity: 'error',
  securitySeverity: 7.5,
  summary: 'the public is served without TLS',
  reads: ['plan'],
  *check({ plan: { traffic: { publicUrl }, infra: { targets } } }) {
    if (publicUrl.isPublic && publicUrl.scheme === 'http') {
      yield {
        at: publicUrl.from,
        message: `${publicUrl.href} is public and has no TLS: whoever is on the way reads every key`,
        help: `write https://${publicUrl.host}, and say in gateway.tls who terminates it`,
      };
    }
    const { compose, nginx } = targets;
    if (!compose || nginx?.tls || isInside(compose.publish.address)) return;
    yield {
      at: `${compose.from}.publish.address`,
      message: `compose publishes port ${compose.publish.port} on ${compose.publish.address}, and nothing there speaks TLS`,
      help: "let nginx do it: targets.nginx and gateway.tls: { at: 'nginx', certificate, key }; or publish on 127.0.0.1, behind a proxy that does",
    };
  },
};

/** Networks that the public cannot reach: loopback, and those of RFC 1918, RFC 4193 and RFC 6598 and the link itself. */
const INSIDE = new BlockList();
for (const [network, bits] of [['127.0.0.0', 8], ['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['100.64.0.0', 10], ['169.254.0.0', 16]] as const) {
  INSIDE.addSubnet(network, bits);
}
for (const [network, bits] of [['::1', 128], ['fc00::', 7], ['fe80::', 10]] as const) INSIDE.addSubnet(network, bits, 'ipv6');

const isInside = (address: string): boolean => INSIDE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

import { isPrivateAddress } from '../../private-networks.js';
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
    if (!compose || nginx?.tls || isPrivateAddress(compose.publish.address)) return;
    yield {
      at: `${compose.from}.publish.address`,
      message: `compose publishes port ${compose.publish.port} on ${compose.publish.address}, and nothing there speaks TLS`,
      help: "let nginx do it: targets.nginx and gateway.tls: { at: 'nginx', certificate, key }; or publish on 127.0.0.1, behind a proxy that does",
    };
  },
};

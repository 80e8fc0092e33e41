import { isPublishedOnLoopback } from '../../../emit/shared/published.js';
import { isLoopbackHost } from '../../../plan/loopback.js';
import type { Rule } from '../../types.js';

export const exposedWithoutUrl: Rule<'plan'> = {
  code: 'MCP116',
  slug: 'exposed-without-url',
  severity: 'error',
  securitySeverity: 3.1,
  summary: 'a target exposes the gateway, and every public request is refused for its host',
  reads: ['plan'],
  *check({ plan }) {
    const { traffic, infra } = plan;
    const { kubernetes, compose } = infra.targets;
    if (traffic.anyHost || traffic.hosts.some(({ name }) => !isLoopbackHost(name))) return;
    const exposures = [
      ...(kubernetes && kubernetes.exposure.kind !== 'none' ? [{ at: 'targets.kubernetes.exposure', what: 'Kubernetes exposes the gateway' }] : []),
      ...(compose && !isPublishedOnLoopback(plan) ? [{ at: 'targets.compose.publish', what: 'compose publishes the gateway beyond this machine' }] : []),
    ];
    for (const { at, what } of exposures) {
      yield {
        at,
        message: `${what}, but no other host is served than ${traffic.publicUrl.host}: whoever comes by another name gets 421`,
        help: "say under which name it is reached: gateway: { url: 'https://mcp.acme.com' }, or list names in gateway.hosts; or expose nothing",
        related: [{ at: traffic.publicUrl.from, message: traffic.publicUrl.from === 'gateway.url' ? 'a loopback URL' : 'no url, so it is on loopback' }],
      };
    }
  },
};

import { isLoopbackHost } from '../../../plan/loopback.js';
import type { Rule } from '../../types.js';

export const adminEndpointExposed: Rule<'plan'> = {
  code: 'MCP208',
  slug: 'admin-endpoint-exposed',
  severity: 'error',
  securitySeverity: 7.5,
  summary: 'operators’ endpoints answer whoever reaches them',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    const { admin } = traffic;
    if (admin === null || admin.readToken !== null || admin.allow !== null) return;
    if (admin.host === null || isLoopbackHost(admin.host)) return;
    yield {
      at: 'gateway.admin.host',
      message: `the admin listener answers on ${admin.host} and wants no token: metrics and the config are anybody’s who reaches port ${admin.port}`,
      help: "give it a token: gateway: { admin: { readToken: secret('MCPGEN_READ_TOKEN') } }; or say who may come: admin: { allow: { cidrs: ['10.0.0.0/8'] } }",
    };
  },
};

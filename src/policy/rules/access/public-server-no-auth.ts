import type { Rule } from '../../types.js';

export const publicServerNoAuth: Rule<'plan'> = {
  code: 'MCP201',
  slug: 'public-server-no-auth',
  severity: 'error',
  securitySeverity: 9.1,
  summary: 'a public gateway asks nobody who they are',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    const { publicUrl, clients, routes } = traffic;
    if (!publicUrl.isPublic || clients.length > 0) return;
    const count = new Set(routes.filter(({ kind }) => kind !== 'health').map(({ server }) => server)).size;
    const servers = count === 1 ? 'its server' : `its ${count} servers`;
    yield {
      at: publicUrl.from,
      message: `${publicUrl.href} is public and declares no clients: whoever finds it can use ${servers}`,
      help: "declare them: auth: { clients: { ci: { keys: [secret('CI_API_KEY')] } } }",
    };
  },
};

import type { Rule } from '../../types.js';

export const publicServerNoAuth: Rule<'plan'> = {
  code: 'MCP201',
  slug: 'public-server-no-auth',
  severity: 'error',
  securitySeverity: 9.1,
  summary: 'a public gateway asks nobody who they are',
  reads: ['plan'],
  *check({ plan: { traffic, infra } }) {
    const { publicUrl, auth, routes } = traffic;
    const { fly } = infra.targets;
    if (auth.wanted || (!publicUrl.isPublic && !fly)) return;
    // An app on Fly has a public name also where the config gives it none.
    const [url, at] = publicUrl.isPublic ? [publicUrl.href, publicUrl.from] : [`https://${fly?.app}.fly.dev`, 'targets.fly'];
    const count = new Set(routes.filter(({ kind }) => kind !== 'health').map(({ server }) => server)).size;
    const servers = count === 1 ? 'its server' : `its ${count} servers`;
    yield {
      at,
      message: `${url} is public and declares no clients: whoever finds it can use ${servers}`,
      help: "declare them: auth: { clients: { ci: { keys: [secret('CI_API_KEY')] } } }",
    };
  },
};

import type { Rule } from '../../types.js';

export const probeBlockedByHostCheck: Rule<'plan'> = {
  code: 'MCP317',
  slug: 'probe-blocked-by-host-check',
  severity: 'error',
  securitySeverity: 0,
  summary: 'the server’s own list of hosts turns its probe away',
  reads: ['plan'],
  *check({ plan: { infra } }) {
    const { kubernetes, compose } = infra.targets;
    if (!kubernetes && !compose) return;
    for (const { id, kind, health, env, from } of infra.workloads) {
      if (kind !== 'server' || health.kind !== 'http') continue;
      const list = env.find(({ name, value }) => HOSTS.test(name) && value.kind === 'text');
      if (!list || list.value.kind !== 'text') continue;
      const why = refusal(list.value.text, kubernetes !== null);
      if (why === null) continue;
      yield {
        at: list.from,
        message: `${why}, which ${list.name} of "${id}" does not hold: the probe of ${health.path} is refused, and the server never ready`,
        help: 'ask another way: health: { command: [...] }, or leave health out for a test of the port; the gateway judges hosts for the server',
        related: [{ at: `${from}.health`, message: 'the probe' }],
      };
    }
  },
};

/** How servers call the list of hosts that they answer to (Django, FastMCP, SDKs). */
const HOSTS = /(?:^|_)ALLOWED_HOSTS$/;
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/;

/** Who asks by a host that is not in this list; null where all that ask are accepted. */
function refusal(list: string, isInPods: boolean): string | null {
  const hosts = list.split(/[\s,;]+/).map((host) => host.replace(/^["'[]+|["'\]]+$/g, ''));
  if (hosts.some((host) => host === '*' || host === '*:*')) return null;
  if (isInPods) return 'kubelet asks by the address of the pod';
  return hosts.some((host) => LOOPBACK.test(host)) ? null : 'compose asks from inside by a loopback name';
}

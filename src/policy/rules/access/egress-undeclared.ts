import { listed } from '../../../plan/quote.js';
import type { Rule } from '../../types.js';

export const egressUndeclared: Rule<'plan'> = {
  code: 'MCP217',
  slug: 'egress-undeclared',
  severity: 'warn',
  securitySeverity: 4,
  summary: 'nothing says what a server may reach outside',
  reads: ['plan'],
  *check({ plan: { profile, infra } }) {
    const { compose, kubernetes, fly } = infra.targets;
    if (profile !== 'production' || (!compose && !kubernetes && !fly)) return;
    const silent = infra.workloads.filter(({ egress, image }) => !egress.isDeclared && image.kind !== 'none').map(({ id }) => id);
    if (silent.length === 0) return;
    const kept = fly ? ', save on fly, which keeps nobody in' : '';
    const verb = silent.length === 1 ? 'says' : 'say';
    yield {
      at: 'servers',
      message: `${listed(silent)} ${verb} nothing of egress, which in production means that nothing outside can be reached${kept}`,
      help: "write down what each of them needs: egress: 'none', 'any' or a list such as ['api.acme.com']",
    };
  },
};

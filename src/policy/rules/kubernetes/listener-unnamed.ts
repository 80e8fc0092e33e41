import { quote } from '../../../plan/quote.js';
import type { Rule } from '../../types.js';

export const listenerUnnamed: Rule<'plan'> = {
  code: 'MCP615',
  slug: 'listener-unnamed',
  severity: 'error',
  securitySeverity: 7.4,
  summary: 'keys could travel in clear text through a listener of a shared Gateway',
  reads: ['plan'],
  *check({ plan: { infra, traffic } }) {
    const exposure = infra.targets.kubernetes?.exposure;
    if (exposure?.kind !== 'parent' || exposure.sectionName !== null || !traffic.auth.wanted) return;
    yield {
      at: 'targets.kubernetes.exposure',
      message: `the route attaches to every listener of Gateway ${quote(exposure.name)}, and one on port 80 would take clients’ keys in clear text`,
      help: "name the listener that terminates TLS: parent: { …, sectionName: 'https' }",
    };
  },
};

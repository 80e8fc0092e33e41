import { rejectedOrigins, writtenOrigins } from '../../origins.js';
import type { Rule } from '../../types.js';

const NAME_THEM = 'name the origins that may call, one by one';

export const originWildcard: Rule<'plan'> = {
  code: 'MCP102',
  slug: 'origin-wildcard',
  severity: 'error',
  localSeverity: 'warn',
  suppressible: 'partly',
  securitySeverity: 8.1,
  summary: 'an origin entry matches every page on the web',
  reads: ['plan'],
  *check({ plan: { traffic } }) {
    yield* rejectedOrigins(traffic, 'wildcard', 'would let every page call', NAME_THEM);
    for (const { name, rule, from } of writtenOrigins(traffic)) {
      if (rule.kind === 'any-https')
        yield { at: from, message: `preset any-https of origin ${name} lets every https page in the world call`, help: NAME_THEM };
    }
  },
};

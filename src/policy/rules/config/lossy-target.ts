import { TARGET_LOSSES } from '../../../emit/registry.js';
import type { Rule } from '../../types.js';

export const lossyTarget: Rule<'plan'> = {
  code: 'MCP908',
  slug: 'lossy-target',
  severity: 'warn',
  securitySeverity: 3.1,
  summary: 'a chosen target cannot do what the config asks for',
  reads: ['plan'],
  check: ({ plan }) => TARGET_LOSSES.flatMap(({ find }) => [...find(plan)]),
};

import type { Rule } from '../../types.js';

export const nondeterministicConfig: Rule<'load'> = {
  code: 'MCP903',
  slug: 'nondeterministic-config',
  severity: 'error',
  suppressible: false,
  securitySeverity: 3.1,
  summary: 'two loads of the config gave two results',
  reads: ['load'],
  *check({ load }) {
    if (load.difference === null) return;
    const at = load.difference.join('.');
    yield {
      at,
      message: `${at === '' ? 'the config' : at} was different when the config was loaded a second time`,
      help: 'a config may use nothing but its own text: no clock, no random numbers, no environment, no files',
    };
  },
};

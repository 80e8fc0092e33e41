import type { Rule } from '../../types.js';

export const debugLogProduction: Rule<'plan'> = {
  code: 'MCP213',
  slug: 'debug-log-production',
  severity: 'warn',
  securitySeverity: 3.1,
  summary: 'production logs what is meant for whoever looks for a bug',
  reads: ['plan'],
  *check({ plan: { profile, traffic, infra } }) {
    if (profile !== 'production') return;
    if (traffic.log.level === 'debug') {
      yield {
        at: 'gateway.log.level',
        message: 'the gateway logs at level debug: more lines than anybody reads, at the cost of every request',
        help: "leave it at 'info', and set MCP_LOG_LEVEL=debug where and while it is needed",
      };
    }
    for (const { id, env, child } of infra.workloads) {
      for (const { name, value, from } of [...env, ...(child?.env ?? [])]) {
        if (value.kind !== 'text' || !isDebug(name, value.text)) continue;
        yield {
          at: from,
          message: `${id} runs with ${name}=${value.text}: servers that log for debugging log arguments and results`,
          help: `leave ${name} out, or write its value for production`,
        };
      }
    }
  },
};

const LEVEL = /(?:^|_)(?:LOG_?LEVEL|LOGLEVEL|LOGGING_LEVEL|RUST_LOG)$/i;
const SWITCH = /(?:^|_)(?:DEBUG|VERBOSE|TRACE)$/i;
function isDebug(name: string, text: string): boolean {
  if (LEVEL.test(name)) return /^(?:debug|trace|all|silly)$/i.test(text);
  return SWITCH.test(name) && /^(?:1|true|yes|on|\*|debug|trace)$/i.test(text);
}

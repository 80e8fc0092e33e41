import type { Rule } from '../../types.js';

export const bodyLimitMismatch: Rule<'plan'> = {
  code: 'MCP211',
  slug: 'body-limit-mismatch',
  severity: 'warn',
  securitySeverity: 0,
  summary: 'a message that the gateway takes is too long for what is behind it',
  reads: ['plan'],
  *check({ plan: { traffic, infra } }) {
    const { body } = traffic.limits;
    for (const { id, child, from } of infra.workloads) {
      if (child === null || child.line >= body) continue;
      yield {
        at: `${from}.limits.line`,
        message: `"${id}" takes lines of ${written(child.line)} and the gateway bodies of ${written(body)}: what is between is read whole, and then fails`,
        help: `make them agree: gateway: { limits: { body: '${written(child.line)}' } }, or limits: { line: '${written(body)}' } for the server`,
        related: [{ at: 'gateway.limits.body', message: 'what the gateway takes' }],
      };
    }
  },
};

/** As a config writes it. */
function written(bytes: number): string {
  const [unit, name] = bytes % 2 ** 20 === 0 ? [2 ** 20, 'mb'] : [1024, 'kb'];
  return `${Math.ceil(bytes / unit)}${name}`;
}

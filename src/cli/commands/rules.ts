import { renderRules } from '../../policy/page.js';
import { RULES } from '../../policy/rules/index.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../io.js';

export async function run({ io, given, colour }: Context): Promise<ExitCode> {
  if (given.one('format') === 'json') {
    const rules = RULES.map(({ code, slug, severity, summary, securitySeverity }) => ({ code, slug, severity, summary, securitySeverity }));
    io.out(`${JSON.stringify({ formatVersion: '1', rules }, null, 2)}\n`);
  } else io.out(renderRules(RULES, { colour }));
  return EXIT.clean;
}

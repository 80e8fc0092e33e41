import { renderRules } from '../../policy/page.js';
import { RULES } from '../../policy/rules/index.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../io.js';
import { rulesJson } from '../render/rules-json.js';

export async function run({ io, given, colour }: Context): Promise<ExitCode> {
  io.out(given.one('format') === 'json' ? rulesJson(RULES) : renderRules(RULES, { colour }));
  return EXIT.clean;
}

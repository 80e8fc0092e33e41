import { rulePage } from '../../assets.js';
import { judgeRequest } from '../../decision.js';
import { findRule, renderPage, unknownRule } from '../../policy/page.js';
import { RULES } from '../../policy/rules/index.js';
import { open } from '../../project.js';
import { UsageError } from '../args.js';
import { askedRequest } from '../asked-request.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../io.js';
import { renderDiagnostics } from '../render/diagnostics.js';
import { stepsJson, stepsText } from '../render/steps.js';
import { sessionOptions } from '../session-options.js';
import { onlyPlan } from '../only-plan.js';
import { replayLog } from '../replay-log.js';
import { ruleJson } from '../render/rules-json.js';

export async function run(context: Context): Promise<ExitCode> {
  const { io, given, colour, cwd } = context;
  const [subject, ...rest] = given.positionals;
  if (subject === undefined || rest.length > 0) throw new UsageError('explain takes a rule, such as MCP102, or the word request with flags');
  const isJson = given.one('format') === 'json';
  if (subject !== 'request') {
    const rule = findRule(RULES, subject);
    if (!rule) throw new UsageError(unknownRule(subject));
    const markdown = rulePage(rule);
    io.out(isJson ? ruleJson(rule, markdown) : renderPage(rule, markdown, { colour }));
    return EXIT.clean;
  }
  const opened = await open(sessionOptions(given, cwd));
  if (!opened.ok) {
    io.err(renderDiagnostics(opened.diagnostics, { sources: opened.sources, cwd, colour }));
    return EXIT.usage;
  }
  const { sources } = opened.project;
  const plan = onlyPlan(opened.project);
  const options = { sources, cwd, colour, environment: plan.environment };
  if (given.has('log')) return replayLog(context, plan, options);
  const judged = judgeRequest(plan, askedRequest(given, plan));
  io.out(isJson ? stepsJson(judged, options) : stepsText(judged, options));
  return EXIT.clean;
}

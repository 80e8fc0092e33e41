import { findConfig } from '../../load/find.js';
import { startTypecheck } from '../../load/typecheck.js';
import type { Severity } from '../../plan/types.js';
import { renderJson } from '../../policy/render/json.js';
import { emitPlan, open } from '../../session.js';
import type { Context } from '../commands.js';
import { EXIT, type ExitCode } from '../io.js';
import { judge } from '../judge.js';
import { renderDiagnostics } from '../render/diagnostics.js';
import { diagnosticsJson } from '../render/diagnostics-json.js';
import { sessionOptions } from './build.js';

const RANK: Readonly<Record<Severity, number>> = { info: 0, warn: 1, error: 2 };

export async function run(context: Context): Promise<ExitCode> {
  const { io, given, colour, cwd } = context;
  const options = sessionOptions(given, cwd);
  const found = findConfig(cwd, options.configFile);
  // The compiler runs beside everything else, or a check would take the sum of both.
  const types = found.ok ? startTypecheck(found.file, cwd) : Promise.resolve([]);
  const [opened, typeErrors] = await Promise.all([open(options), types]);
  const wrong = [...(opened.ok ? [] : opened.diagnostics), ...typeErrors.map((diagnostic) => ({ diagnostic, environment: null }))];
  const asJson = given.one('format') === 'json';
  if (!opened.ok || wrong.length > 0) {
    const rendering = { sources: opened.ok ? opened.project.sources : opened.sources, cwd, colour };
    if (asJson) io.out(diagnosticsJson(wrong, rendering));
    else io.err(renderDiagnostics(wrong, rendering));
    return EXIT.usage;
  }
  const { project } = opened;
  const emitted = await Promise.all(project.plans.map((plan) => emitPlan(plan, null)));
  const { report, text } = await judge(project, emitted, context);
  io.out(asJson ? renderJson(report) : text);
  const threshold = RANK[(given.one('fail-on') ?? 'error') as Severity];
  const failing = report.reported.some(({ finding }) => finding.suppressed === null && RANK[finding.severity] >= threshold);
  return failing ? EXIT.findings : EXIT.clean;
}

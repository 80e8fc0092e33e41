import type { PlacedDiagnostic } from '../../compile.js';
import { findConfig } from '../../load/find.js';
import { startCompiler } from '../../load/compiler.js';
import type { Severity } from '../../plan/policy-types.js';
import type { Opened, Project } from '../../project.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../io.js';
import { sessionOptions } from '../session-options.js';

const RANK: Readonly<Record<Severity, number>> = { info: 0, warn: 1, error: 2 };
/** By what `--fail-on` may be given. */
const THRESHOLDS = { ...RANK, warning: RANK.warn };

export async function run(context: Context): Promise<ExitCode> {
  const { given, cwd } = context;
  const options = sessionOptions(given, cwd);
  const found = findConfig(cwd, options.configFile);
  // Started before anything else is imported: the compiler's thread takes longest, and everything else happens meanwhile.
  const compiler = found.ok ? startCompiler(found.file, cwd) : null;
  const { open } = await import('../../project.js');
  // While the compiler starts this thread has nothing else to do.
  const ahead = Promise.all([import('../judge.js'), import('../../emit/gateway/index.js')]);
  const [opened, typeErrors] = await Promise.all([open({ ...options, ...(compiler ? { graph: compiler.graph } : {}) }), compiler?.types ?? []]);
  const wrong = [...(opened.ok ? [] : opened.diagnostics), ...typeErrors.map((diagnostic) => ({ diagnostic, environment: null }))];
  await ahead;
  return opened.ok && wrong.length === 0 ? report(opened.project, context) : complain(wrong, opened, context);
}

async function complain(wrong: readonly PlacedDiagnostic[], opened: Opened, { io, given, colour, cwd }: Context): Promise<ExitCode> {
  const rendering = { sources: opened.ok ? opened.project.sources : opened.sources, cwd, colour };
  if (given.one('format') === 'json') io.out((await import('../render/diagnostics-json.js')).diagnosticsJson(wrong, rendering));
  else io.err((await import('../render/diagnostics.js')).renderDiagnostics(wrong, rendering));
  return EXIT.usage;
}

async function report(project: Project, context: Context): Promise<ExitCode> {
  const { io, given } = context;
  const { emitPlan } = await import('../../project.js');
  const { judge } = await import('../judge.js');
  const { report, text } = await judge(project, emitPlan, context);
  io.out(given.one('format') === 'json' ? (await import('../../policy/render/json.js')).renderJson(report) : text);
  const threshold = THRESHOLDS[(given.one('fail-on') ?? 'error') as keyof typeof THRESHOLDS];
  const failing = report.reported.some(({ finding }) => finding.suppressed === null && RANK[finding.severity] >= threshold);
  return failing ? EXIT.findings : EXIT.clean;
}

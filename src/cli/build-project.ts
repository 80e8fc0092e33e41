import type { EmittedTargets } from '../emit/registry.js';
import { emitPlan, open, type Project, type SessionOptions } from '../project.js';
import type { Context } from './context.js';
import { EXIT, type ExitCode } from './io.js';
import { judge, type Verdict } from './judge.js';
import { renderDiagnostics } from './render/diagnostics.js';

export type Built =
  | { readonly ok: true; readonly project: Project; /** In the order of the plans. */ readonly emitted: readonly EmittedTargets[]; readonly verdict: Verdict }
  | { readonly ok: false; readonly exit: ExitCode; readonly text: string };

/** Builds everything the config asks for, in memory, and judges it. With `ok` it may be written. */
export async function buildProject(options: SessionOptions, context: Context): Promise<Built> {
  const { colour, cwd } = context;
  const opened = await open(options);
  if (!opened.ok) return { ok: false, exit: EXIT.usage, text: renderDiagnostics(opened.diagnostics, { sources: opened.sources, cwd, colour }) };
  const { project } = opened;
  // Rules read the documents of all targets, also of those that are not written now: a partial build must not pass where a whole one fails.
  const emitted = await Promise.all(project.plans.map((plan) => emitPlan(plan, null)));
  const verdict = await judge(project, async (plan) => emitted[project.plans.indexOf(plan)] ?? {}, context);
  if (verdict.errors === 0) return { ok: true, project, emitted, verdict };
  const stand = verdict.errors === 1 ? 'an error stands' : `${verdict.errors} errors stand`;
  return { ok: false, exit: EXIT.findings, text: `${verdict.text}\nNothing was written: ${stand}.\n` };
}

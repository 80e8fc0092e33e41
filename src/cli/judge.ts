/** Runs the policy rules on everything that was built. Errors stop `build`; `check` reports all findings. */
import { decideExpectation } from '../decision.js';
import type { EmittedTargets } from '../emit/registry.js';
import type { Target } from '../emit/types.js';
import { codeFrame } from '../source/frame.js';
import type { Location } from '../diagnostics/diagnostic.js';
import { documentsRead } from '../policy/documents.js';
import { mergeEnvironments, type EnvironmentRun, type MergedFinding } from '../policy/environments.js';
import { conceal } from '../policy/render/conceal.js';
import { renderPretty } from '../policy/render/pretty.js';
import { toPath } from '../diagnostics/path.js';
import { pathsNamed, type Located, type Report } from '../policy/render/report.js';
import type { Finding } from '../policy/types.js';
import { RULES } from '../policy/rules/index.js';
import { runRules } from '../policy/run.js';
import type { Plan } from '../plan/types.js';
import type { Project } from '../project.js';
import type { Context } from './context.js';
import { masked, maskOf } from '../diagnostics/mask.js';

type LocateIn = (typeof import('../source/locate.js'))['locateIn'];
type Shown = typeof import('./render/text-of.js');

export interface Verdict {
  readonly report: Report;
  readonly errors: number;
  /** How many findings below an error are not suppressed. */
  readonly others: number;
  /** The report as text for people. */
  readonly text: string;
}

/** Documents of a plan: emitted for the judgement, or before it. */
export type DocumentsOf = (plan: Plan, targets: readonly Target[]) => Promise<EmittedTargets>;

/** @param documentsOf is asked for the documents that a wanted rule reads, and for no others */
export async function judge(project: Project, documentsOf: DocumentsOf, context: Context): Promise<Verdict> {
  const runs = await Promise.all(project.plans.map((plan) => runOne(plan, project, documentsOf, context)));
  const found = mergeEnvironments(runs);
  // Finding places needs the compiler, which is slow to load. Most of the time there is no finding to show, and it is not loaded.
  const isShown = context.given.one('format') === 'json' || found.some(({ finding }) => finding.suppressed === null);
  const { locateIn } = isShown ? await import('../source/locate.js') : { locateIn: null };
  const shown = isShown ? await import('./render/text-of.js') : null;
  const mask = shown?.maskFor(project.sources, project.secrets) ?? maskOf(project.secrets);
  const merged = found.map((one) => locateAll(one, project, context, locateIn));
  const secrets = merged.flatMap(({ finding, location }) => (finding.sensitive && location ? [location] : []));
  const reported = merged.map(({ location, ...one }) => {
    const located = location && frame(one.finding, location, secrets, project, context, shown);
    // Paths and fingerprints are compared by programs, and hold no text of the config but its keys.
    return { ...one, finding: { ...masked(one.finding, mask), fingerprint: one.finding.fingerprint }, located };
  });
  const report = { reported, rules: Math.max(...runs.map(({ findings }) => findings.counts.rules)), milliseconds: context.io.clock() };
  const standing = reported.filter(({ finding }) => finding.suppressed === null);
  const errors = standing.filter(({ finding }) => finding.severity === 'error').length;
  return { report, errors, others: standing.length - errors, text: renderPretty(report, { colour: context.colour }) };
}

/** Where everything that a finding names was written, as far as it was. */
function locateAll(one: MergedFinding, { sources }: Project, { cwd }: Context, locateIn: LocateIn | null) {
  const places = new Map<string, Location>();
  for (const at of [one.finding.at, ...pathsNamed(one.finding)]) {
    if (locateIn && at !== '') places.set(at, locateIn(sources, toPath(at), one.environments[0] ?? null, { key: false, cwd }));
  }
  return { ...one, location: places.get(one.finding.at) ?? null, places };
}

async function runOne(plan: Plan, project: Project, documentsOf: DocumentsOf, { io, given }: Context): Promise<EnvironmentRun> {
  const input = {
    plan,
    load: project.facts,
    today: io.today(),
    documents: await documentsOf(plan, documentsRead(RULES, plan)),
    decideExpectation: decideExpectation(plan),
  };
  return { environment: plan.environment, findings: runRules(RULES, input, { suppress: !given.has('no-ignores') }) };
}

/** @param secrets where findings say that secrets were written; no frame may show one, not even the frame of another finding beside it */
function frame(
  finding: Finding,
  location: Location,
  secrets: readonly Location[],
  { sources }: Project,
  { cwd, colour }: Context,
  shown: Shown | null,
): Located {
  const text = finding.sensitive || shown === null ? null : shown.textOf(sources, location, cwd);
  const hidden = secrets.filter(({ file }) => file === location.file);
  return { ...location, frame: text === null ? null : codeFrame(conceal(text, hidden), location, { color: colour }) };
}

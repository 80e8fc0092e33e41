/** Runs the policy rules on everything that was built. Errors stop `build`; `check` reports all findings. */
import { decideExpectation } from '../decision.js';
import type { EmittedTargets } from '../emit/registry.js';
import { codeFrame } from '../source/frame.js';
import type { Location } from '../diagnostics/diagnostic.js';
import type { Finding } from '../policy/types.js';
import { mergeEnvironments, type MergedFinding } from '../policy/environments.js';
import { conceal } from '../policy/render/conceal.js';
import { renderPretty } from '../policy/render/pretty.js';
import { toPath } from '../diagnostics/path.js';
import type { Located, Report } from '../policy/render/report.js';
import { RULES } from '../policy/rules/index.js';
import { runRules } from '../policy/run.js';
import type { Project } from '../project.js';
import type { Context } from './context.js';
import { textOf } from './render/text-of.js';

type LocateIn = (typeof import('../source/locate.js'))['locateIn'];

export interface Verdict {
  readonly report: Report;
  readonly errors: number;
  /** How many findings below an error are not suppressed. */
  readonly others: number;
  /** The report as text for people. */
  readonly text: string;
}

/** @param emitted the documents of each plan, in the order of the plans */
export async function judge(project: Project, emitted: readonly EmittedTargets[], context: Context): Promise<Verdict> {
  const runs = project.plans.map((plan, i) => ({
    environment: plan.environment,
    findings: runRules(
      RULES,
      {
        plan,
        load: project.facts,
        today: context.io.today(),
        documents: emitted[i] ?? {},
        decideExpectation: decideExpectation(plan),
      },
      { suppress: !context.given.has('no-ignores') },
    ),
  }));
  const found = mergeEnvironments(runs);
  // Finding places needs the compiler, which is slow to load. Most of the time there is no finding to show, and it is not loaded.
  const isShown = context.given.one('format') === 'json' || found.some(({ finding }) => finding.suppressed === null);
  const { locateIn } = isShown ? await import('../source/locate.js') : { locateIn: null };
  const merged = found.map((one) => ({ ...one, location: locateIn && locate(one, project, context, locateIn) }));
  const secrets = merged.flatMap(({ finding, location }) => (finding.sensitive && location ? [location] : []));
  const reported = merged.map(({ location, ...one }) => ({ ...one, located: location && frame(one.finding, location, secrets, project, context) }));
  const report = { reported, rules: Math.max(...runs.map(({ findings }) => findings.counts.rules)), milliseconds: context.io.clock() };
  const standing = reported.filter(({ finding }) => finding.suppressed === null);
  const errors = standing.filter(({ finding }) => finding.severity === 'error').length;
  return { report, errors, others: standing.length - errors, text: renderPretty(report, { colour: context.colour }) };
}

function locate({ finding, environments }: MergedFinding, { sources }: Project, { cwd }: Context, locateIn: LocateIn): Location | null {
  return finding.at === '' ? null : locateIn(sources, toPath(finding.at), environments[0] ?? null, { key: false, cwd });
}

/** @param secrets where secrets were written; no frame may show one, not even the frame of another finding beside it */
function frame(finding: Finding, location: Location, secrets: readonly Location[], { sources }: Project, { cwd, colour }: Context): Located {
  const text = finding.sensitive ? null : textOf(sources, location, cwd);
  const hidden = secrets.filter(({ file }) => file === location.file);
  return { ...location, frame: text === null ? null : codeFrame(conceal(text, hidden), location, { color: colour }) };
}

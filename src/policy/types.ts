import type { RuleCode, RuleSlug } from '../config/language/rules.js';
import type { EmittedTargets } from '../emit/registry.js';
import type { Target } from '../emit/types.js';
import type { LoadFacts } from '../load/loaded.js';
import type { ExpectationPlan, Severity } from '../plan/policy-types.js';
import type { Plan } from '../plan/types.js';

/** Everything that a run of the rules is given. All of it is values, so that a run is pure. */
export interface RuleInput {
  readonly plan: Plan;
  readonly load: LoadFacts;
  /** Today in UTC, `YYYY-MM-DD`. Nothing generated depends on it. */
  readonly today: string;
  /** At least those documents that a wanted rule reads (`documentsRead`). A target that the plan does not ask for has none. */
  readonly documents: EmittedTargets;
  /** What the gateway's own `decide()` answers to an expected request. */
  readonly decideExpectation: (expectation: ExpectationPlan) => ExpectationOutcome;
}

/** The gateway's decision on an expected request. Status, reason and step describe a refusal, and are null where the request is allowed. */
export interface ExpectationOutcome {
  readonly decision: 'allow' | 'deny';
  readonly status: number | null;
  readonly reason: string | null;
  readonly step: string | null;
}

/** One exception that the policy makes, either a suppression or a changed severity, and what became of it once every ordinary rule had run. */
export interface ExceptionOutcome {
  /** The rule as it was written. */
  readonly rule: string;
  /** Path of a suppression; null for a severity in `policy.rules`. */
  readonly path: string | null;
  readonly fate: ExceptionFate;
  readonly from: string;
}

export type ExceptionFate =
  | 'used'
  /** The rule that it names ran, and found nothing at its path. */
  | 'unused'
  /** Everything that the rule found at its path is unsafe whatever the reason, so the exception is not applied. */
  | 'refused'
  /** It has expired or gives no reason, so it is not applied. The rules suppression-expired and suppression-no-reason report it. */
  | 'void'
  | 'rule-off'
  /** The rule was not among those that ran. */
  | 'not-run'
  | 'unknown-rule'
  | 'unknown-path';

/** What rules may read besides documents, and the key under which they find it. `exceptions` is known only when all rules that do not read it have run. */
interface Readable {
  plan: 'plan';
  load: 'load';
  today: 'today';
  decisions: 'decideExpectation';
  exceptions: 'exceptions';
}
/** A rule says by a target's name that it reads that target's document: only documents that somebody reads are emitted. */
export type Reads = keyof Readable | Target;
interface Everything extends RuleInput {
  readonly exceptions: readonly ExceptionOutcome[];
}
/** What a rule that reads `R` is handed. The compiler lets it touch nothing else. */
export type View<R extends Reads = Reads> = Pick<Everything, Readable[Extract<R, keyof Readable>]> & DocumentsView<Extract<R, Target>>;
type DocumentsView<T extends Target> = [T] extends [never] ? unknown : { readonly documents: Pick<EmittedTargets, T> };

/** One rule: a value, in the folder of its family, beside its page `<slug>.md`; its test is in the same place below `test/`. */
export interface Rule<R extends Reads = Reads> {
  readonly code: RuleCode;
  /** It names what is found, so that it reads well after "allow": `origin-wildcard`. */
  readonly slug: RuleSlug;
  readonly severity: Severity;
  /** The highest severity that a finding has in profile `local` on loopback. */
  readonly localSeverity?: Severity;
  /** False where no reason makes the problem safe; `partly` where each problem says so itself. Default: true. */
  readonly suppressible?: boolean | 'partly';
  /** CVSS-like number for code scanning, 0 to 10. */
  readonly securitySeverity: number;
  /** One line, no full stop. */
  readonly summary: string;
  readonly reads: readonly R[];
  readonly check: (view: View<R>) => Iterable<Problem>;
}

/** What a rule yields. The engine in `run.ts` makes a finding of it by adding the rule and the severity. */
export interface Problem {
  /** The config path of the place where the problem is. */
  readonly at: string;
  readonly message: string;
  /** What would be right instead. */
  readonly help: string;
  /** Other places of the config that take part in the problem. */
  readonly related?: readonly RelatedPlace[];
  readonly fix?: Fix;
  /** Lines of generated files in which the problem shows. */
  readonly artefacts?: readonly Artefact[];
  readonly severity?: Severity;
  /** Only in rules that are `partly` suppressible: false for a problem that cannot be suppressed. */
  readonly suppressible?: boolean;
  /** The place holds a secret, so its source line is not shown. */
  readonly sensitive?: boolean;
}

export interface RelatedPlace {
  /** Config path. */
  readonly at: string;
  /** What is there, as a phrase: `the route of search`. */
  readonly message: string;
}

/** How a problem can be mended. */
export interface Fix {
  /** What it does, in the imperative. It is all that can be said where no edit can be computed. */
  readonly title: string;
  readonly edits: readonly Edit[];
}

/** A change of the config. */
export interface Edit {
  /** Config path. */
  readonly at: string;
  /** TypeScript that takes the place of what is written there; null takes the whole entry out. */
  readonly text: string | null;
}

export interface Artefact {
  readonly file: string;
  readonly line: number;
}

/** A problem together with its rule: every output format is made from this shape. */
export interface Finding {
  readonly code: RuleCode;
  readonly slug: RuleSlug;
  readonly severity: Severity;
  readonly securitySeverity: number;
  readonly at: string;
  readonly message: string;
  readonly help: string;
  readonly related: readonly RelatedPlace[];
  readonly fix: Fix | null;
  readonly artefacts: readonly Artefact[];
  readonly sensitive: boolean;
  /** sha256 of rule, path and message. It stays the same when lines of the config move. */
  readonly fingerprint: string;
  readonly suppressed: { readonly reason: string; readonly until: string | null; readonly owner: string | null } | null;
}

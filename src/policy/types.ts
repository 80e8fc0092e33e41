import type { RuleCode, RuleSlug } from '../config/language/rules.js';
import type { EmittedTargets } from '../emit/registry.js';
import type { Target } from '../emit/types.js';
import type { LoadFacts } from '../load/types.js';
import type { ExpectationPlan, Plan, Severity } from '../plan/types.js';

/** Everything a run is given; all of it values. */
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

/** The decision on an expected request. Status, reason and step are a refusal's; null where it is allowed. */
export interface ExpectationOutcome {
  readonly decision: 'allow' | 'deny';
  readonly status: number | null;
  readonly reason: string | null;
  readonly step: string | null;
}

/** One exception that the policy makes, a suppression or a severity, and what became of it once every ordinary rule had run. */
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
  /** It names a rule that ran, and nothing was found there. */
  | 'unused'
  /** It met nothing but findings that no reason makes safe. */
  | 'refused'
  /** Expired, or without a reason: not applied, and reported by rules of their own. */
  | 'void'
  | 'rule-off'
  /** The rule was not among those that ran. */
  | 'not-run'
  | 'unknown-rule'
  | 'unknown-path';

/** What rules may read besides documents, and under which key they find it. `exceptions` is known only after all rules that do not read it. */
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
/** What a rule that reads `R` is handed; the compiler keeps it to that. */
export type View<R extends Reads = Reads> = Pick<Everything, Readable[Extract<R, keyof Readable>]> & DocumentsView<Extract<R, Target>>;
type DocumentsView<T extends Target> = [T] extends [never] ? unknown : { readonly documents: Pick<EmittedTargets, T> };

/** One rule: a value, in the folder of its family, beside its page `<slug>.md`; its test is in the same place below `test/`. */
export interface Rule<R extends Reads = Reads> {
  readonly code: RuleCode;
  /** Reads well after "allow": `origin-wildcard`. */
  readonly slug: RuleSlug;
  readonly severity: Severity;
  /** At most this in profile `local` on loopback. */
  readonly localSeverity?: Severity;
  /** False for what no reason makes safe; `partly` when the problem says. Default: true. */
  readonly suppressible?: boolean | 'partly';
  /** CVSS-like number for code scanning, 0 to 10. */
  readonly securitySeverity: number;
  /** One line, no full stop. */
  readonly summary: string;
  readonly reads: readonly R[];
  readonly check: (view: View<R>) => Iterable<Problem>;
}

/** What a rule yields; `run.ts` stamps rule and severity on it. */
export interface Problem {
  /** Config path it points at. */
  readonly at: string;
  readonly message: string;
  /** What would be right. */
  readonly help: string;
  /** Other places of the config that take part in it. */
  readonly related?: readonly RelatedPlace[];
  readonly fix?: Fix;
  /** Generated files that show it. */
  readonly artefacts?: readonly Artefact[];
  readonly severity?: Severity;
  /** Of a rule that is `partly` suppressible: false for a problem that is not. */
  readonly suppressible?: boolean;
  /** The place it points at holds a secret, so it is not shown. */
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

/** A problem with its rule: the one shape behind every output format. */
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
  /** sha256 of rule, path and message; stable across line moves. */
  readonly fingerprint: string;
  readonly suppressed: { readonly reason: string; readonly until: string | null; readonly owner: string | null } | null;
}

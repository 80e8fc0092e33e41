import type { RuleCode, RuleSlug } from '../config/language/rules.js';
import type { EmittedFile, Target } from '../emit/types.js';
import type { LoadFacts } from '../load/types.js';
import type { Plan, Severity } from '../plan/types.js';

/** Everything a rule may look at; all of it values. A rule declares which parts it reads, and only those are computed. */
export interface RuleInput {
  readonly plan: Plan;
  readonly load: LoadFacts;
  /** Today in UTC, `YYYY-MM-DD`. Nothing generated depends on it. */
  readonly today: string;
  /** The targets' documents, by target; only for rules that read `documents`. */
  readonly documents: Documents;
}

/** A target's document beside the files it prints to. */
export interface DocumentEntry {
  readonly document: unknown;
  readonly files: readonly EmittedFile[];
}
export type Documents = Readonly<Partial<Record<Target, DocumentEntry>>>;

export type Reads = 'plan' | 'load' | 'today' | 'documents';

/** One rule: a value, beside its page `<slug>.md` and its test. */
export interface Rule {
  readonly code: RuleCode;
  /** Reads well after "allow": `origin-wildcard`. */
  readonly slug: RuleSlug;
  readonly severity: Severity;
  /** Severity in profile `local`, where it differs. */
  readonly localSeverity?: Severity | 'off';
  /** False for what no reason makes safe. Default true. */
  readonly suppressible?: boolean;
  /** CVSS-like number for code scanning, 0 to 10. */
  readonly securitySeverity: number;
  /** One line, no full stop. */
  readonly summary: string;
  readonly reads: readonly Reads[];
  readonly check: (input: RuleInput) => Iterable<Problem>;
}

/** What a rule yields; `run.ts` stamps rule and severity on it. */
export interface Problem {
  /** Config path it points at. */
  readonly at: string;
  readonly message: string;
  /** What would be right. */
  readonly help: string;
  /** Generated files that show it. */
  readonly artefacts?: readonly { readonly file: string; readonly line: number }[];
  readonly severity?: Severity;
}

/** A problem with its rule: the one shape behind every output format. */
export interface Finding extends Required<Omit<Problem, 'severity'>> {
  readonly code: RuleCode;
  readonly slug: RuleSlug;
  readonly severity: Severity;
  readonly securitySeverity: number;
  /** sha256 of rule, path and message; stable across line moves. */
  readonly fingerprint: string;
  readonly suppressed: { readonly reason: string; readonly until: string | null; readonly owner: string | null } | null;
}

/** The part of the plan that is checked rather than enforced or run. It is no part of the config hash: a promise changes no deployment. */
import type { Revision } from '../config/language/revisions.js';
import type { RuleName } from '../config/language/rules.js';

export type Severity = 'error' | 'warn' | 'info';

export interface PolicyPlan {
  readonly severities: readonly { readonly rule: RuleName; readonly severity: Severity | 'off'; readonly from: string }[];
  readonly suppressions: readonly SuppressionPlan[];
  readonly expectations: readonly ExpectationPlan[];
}

export interface SuppressionPlan {
  readonly rule: string;
  readonly path: string;
  readonly reason: string;
  readonly until: string | null;
  readonly owner: string | null;
  readonly from: string;
}

export interface ExpectationPlan {
  readonly request: {
    readonly path: string;
    readonly method: string;
    readonly host: string;
    readonly origin: string | null;
    readonly revision: Revision;
    readonly client: string | null;
    readonly tenant: string | null;
    readonly address: string;
  };
  readonly decision: 'allow' | 'deny';
  readonly status: number | null;
  readonly from: string;
}

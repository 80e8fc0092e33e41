/** The part of the plan that is checked rather than enforced or run. It is no part of the config hash: a promise changes no deployment. */
import type { Revision } from '../config/language/revisions.js';
import type { RuleName } from '../config/language/rules.js';
import type { ItemKind } from '../gateway/runtime/tables/rules.js';

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

/** A request that a policy test or `explain` asks about. */
export interface RequestPlan {
  readonly path: string;
  readonly method: string;
  readonly host: string;
  readonly origin: string | null;
  readonly revision: Revision;
  readonly client: string | null;
  readonly tenant: string | null;
  readonly address: string;
  /** What of the server it asks for by name; null for the list of its tools. */
  readonly item: { readonly kind: ItemKind; readonly name: string } | null;
  /** Arguments of the tool; null for none. */
  readonly args: Readonly<Record<string, unknown>> | null;
  /** A token that an issuer of the config has signed; null for none. */
  readonly token: TokenPlan | null;
  /** What the caller may, in place of what the config says of its client; null for that. */
  readonly permissions: readonly string[] | null;
}

export interface TokenPlan {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

export interface ExpectationPlan {
  readonly request: RequestPlan;
  readonly decision: 'allow' | 'deny';
  readonly status: number | null;
  readonly from: string;
}

/**
 * The decision: rows tried in order. A row refuses, answers, asks for a fact, or lets the request go on. The gateway finds facts out; `explain` and tests
 * give them.
 */
import { askedIn, type Fact, type Facts } from './facts.js';
import type { RequestHead } from './head.js';
import type { Tables } from './lookups.js';
import { REASONS } from './reasons.js';
import { ROWS, type OwnAnswerName, type RefusalGrounds, type Row, type Verdict } from './rows.js';
import type { Step } from './steps.js';
import { idText } from '../wire/replies.js';

export interface Refusal extends RefusalGrounds {
  readonly kind: 'refuse';
  readonly step: Step;
  readonly status: number;
  readonly code: number;
  /** The id of the request as it was written; null before row `body`, which is the first to know it. */
  readonly idText: string | null;
}
export type Decision =
  | Refusal
  | { readonly kind: 'answer'; readonly step: Step; readonly what: OwnAnswerName }
  | { readonly kind: 'need'; readonly step: Step; readonly fact: Fact; readonly row: number }
  | { readonly kind: 'allow' };

export function isApplied({ id }: Row, { raw }: Tables, { kind }: RequestHead): boolean {
  return !kind.omits.has(id) && (raw.profile !== 'local' || !kind.omitsInLocal.has(id));
}

/** Decides from row `from` on. Pure: the same tables, request and facts give the same decision everywhere. */
export function decide(tables: Tables, head: RequestHead, facts: Facts, from = 0): Decision {
  for (let index = from; index < ROWS.length; index++) {
    const row: Row = ROWS[index] as (typeof ROWS)[number];
    const verdict: Verdict = isApplied(row, tables, head) ? row.check(tables, head, facts) : null;
    if (verdict === null) continue;
    if ('need' in verdict) return { kind: 'need', step: row.id, fact: verdict.need, row: index };
    if ('answer' in verdict) return { kind: 'answer', step: row.id, what: verdict.answer };
    return { kind: 'refuse', step: row.id, ...REASONS[verdict.reason], ...verdict, idText: facts.body ? idText(askedIn(facts)) : null };
  }
  return { kind: 'allow' };
}

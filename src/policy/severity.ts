import type { Severity } from '../plan/policy-types.js';
import type { Plan } from '../plan/types.js';
import { codeOf } from './rule-names.js';
import type { Problem, Rule } from './types.js';

export type Level = Severity | 'off';
const RANK: Readonly<Record<Level, number>> = { off: 0, info: 1, warn: 2, error: 3 };

export const isBelow = (one: Level, other: Level): boolean => RANK[one] < RANK[other];
const stricter = (one: Level, other: Level): Level => (isBelow(one, other) ? other : one);
const milder = (one: Severity, other: Severity): Severity => (isBelow(one, other) ? one : other);

/** The severity that `policy.rules` sets for a rule, or null. Where the config names both its code and its slug, the stricter one counts. */
export function overrideOf(rule: Rule, plan: Plan): Level | null {
  const levels = plan.policy.severities.filter((entry) => codeOf(entry.rule) === rule.code).map(({ severity }) => severity);
  return levels.length === 0 ? null : levels.reduce<Level>(stricter, 'off');
}

/** The severity of a rule or of one problem before `policy.rules` is applied. A gateway on loopback is judged more mildly, a public one never. */
export function standardSeverity(rule: Rule, plan: Plan, problem: Pick<Problem, 'severity'> = {}): Severity {
  const severity = problem.severity ?? rule.severity;
  const local = plan.profile === 'local' && !plan.traffic.publicUrl.isPublic;
  return local && rule.localSeverity ? milder(severity, rule.localSeverity) : severity;
}

export function isSuppressible(rule: Rule, problem: Pick<Problem, 'suppressible'>): boolean {
  return rule.suppressible === 'partly' ? problem.suppressible !== false : rule.suppressible !== false;
}

/** The severity of one problem in one deployment. What cannot be suppressed cannot be turned down either. */
export function severityOf(rule: Rule, plan: Plan, problem: Problem): Level {
  const standard = standardSeverity(rule, plan, problem);
  const override = overrideOf(rule, plan);
  if (override === null) return standard;
  return isSuppressible(rule, problem) ? override : stricter(override, standard);
}

/** The rules that can find anything in this deployment. A rule that is turned off still runs where some of its problems cannot be turned off. */
export function wantedRules(rules: readonly Rule[], plan: Plan): readonly Rule[] {
  return rules.filter((rule) => overrideOf(rule, plan) !== 'off' || (rule.suppressible ?? true) !== true);
}

/**
 * Runs rules over one deployment, in two passes. The first has the rules that judge the deployment. The second has those that judge the
 * exceptions of its policy, because whether an exception is of any use is known only when everything else has been found.
 */
import { createHash } from 'node:crypto';
import type { Severity, SuppressionPlan } from '../plan/policy-types.js';
import type { Plan } from '../plan/types.js';
import { compareFindings } from './order.js';
import { codeOf } from './rule-names.js';
import { isBelow, isSuppressible, overrideOf, severityOf, standardSeverity, wantedRules } from './severity.js';
import { covers, hasReason, isExpired, pathFault } from './suppressions.js';
import type { ExceptionFate, ExceptionOutcome, Finding, Problem, Rule, RuleInput, View } from './types.js';

export interface RunOptions {
  /** False: what suppressions hide is shown as well (`--no-ignores`). Default: true. */
  readonly suppress?: boolean;
}

export interface Findings {
  /** The findings that no suppression hides, the worst first. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Finding[];
  readonly exceptions: readonly ExceptionOutcome[];
  readonly counts: Readonly<Record<Severity | 'suppressed' | 'rules', number>>;
}

interface Found {
  readonly rule: Rule;
  readonly problem: Problem;
}

export function runRules(rules: readonly Rule[], input: RuleInput, options: RunOptions = {}): Findings {
  const { plan, today } = input;
  const wanted = wantedRules(rules, plan);
  const ordinary = wanted
    .filter((rule) => !rule.reads.includes('exceptions'))
    .flatMap((rule) => problemsOf(rule, { ...input, exceptions: [] }));
  const exceptions = [...suppressionOutcomes(rules, ordinary, plan, today), ...refusedSeverities(rules, ordinary, plan)];
  const reviews = wanted.filter((rule) => rule.reads.includes('exceptions')).flatMap((rule) => problemsOf(rule, { ...input, exceptions }));

  const suppressions = options.suppress === false ? [] : plan.policy.suppressions.filter((one) => hasReason(one) && !isExpired(one, today));
  const all = [...ordinary, ...reviews].flatMap((found) => stamp(found, plan, suppressions));
  const unique = [...new Map(all.map((finding) => [finding.fingerprint, finding])).values()].sort(compareFindings);
  const findings = unique.filter((finding) => finding.suppressed === null);
  const suppressed = unique.filter((finding) => finding.suppressed !== null);
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  return {
    findings,
    suppressed,
    exceptions,
    counts: { error: count('error'), warn: count('warn'), info: count('info'), suppressed: suppressed.length, rules: wanted.length },
  };
}

function problemsOf(rule: Rule, view: View): readonly Found[] {
  return Array.from(rule.check(view), (problem) => ({ rule, problem }));
}

function stamp({ rule, problem }: Found, plan: Plan, suppressions: readonly SuppressionPlan[]): readonly Finding[] {
  const severity = severityOf(rule, plan, problem);
  if (severity === 'off') return [];
  const { at, message, help, related = [], fix = null, artefacts = [], sensitive = false } = problem;
  const { code, slug, securitySeverity } = rule;
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([code, at, message]))
    .digest('hex');
  const accepted = isSuppressible(rule, problem) ? suppressions.find((one) => covers(one, rule, at)) : undefined;
  const suppressed = accepted ? { reason: accepted.reason, until: accepted.until, owner: accepted.owner } : null;
  return [{ code, slug, severity, securitySeverity, at, message, help, related, fix, artefacts, sensitive, fingerprint, suppressed }];
}

function suppressionOutcomes(rules: readonly Rule[], found: readonly Found[], plan: Plan, today: string): readonly ExceptionOutcome[] {
  const fateOf = (suppression: SuppressionPlan): ExceptionFate => {
    const code = codeOf(suppression.rule);
    if (code === null) return 'unknown-rule';
    const rule = rules.find((one) => one.code === code);
    if (!rule) return 'not-run';
    if (rule.suppressible === false || rule.reads.includes('exceptions')) return 'refused';
    if (!hasReason(suppression) || isExpired(suppression, today)) return 'void';
    const met = found.filter((one) => one.rule === rule && covers(suppression, rule, one.problem.at));
    const hidden = met.filter(({ problem }) => isSuppressible(rule, problem));
    if (hidden.some(({ problem }) => severityOf(rule, plan, problem) !== 'off')) return 'used';
    if (met.length > hidden.length) return 'refused';
    if (overrideOf(rule, plan) === 'off') return 'rule-off';
    return pathFault(suppression.path, plan) === null ? 'unused' : 'unknown-path';
  };
  return plan.policy.suppressions.map((one) => ({ rule: one.rule, path: one.path, fate: fateOf(one), from: one.from }));
}

/** Severities of `policy.rules` that are below what a rule insists on. The engine has not applied them, and here they are reported. */
function refusedSeverities(rules: readonly Rule[], found: readonly Found[], plan: Plan): readonly ExceptionOutcome[] {
  return plan.policy.severities.flatMap(({ rule: name, severity, from }) => {
    const rule = rules.find((one) => one.code === codeOf(name));
    const refused =
      rule &&
      (rule.suppressible === false
        ? isBelow(severity, standardSeverity(rule, plan))
        : found.some(
            ({ rule: of, problem }) =>
              of === rule && !isSuppressible(rule, problem) && isBelow(severity, standardSeverity(rule, plan, problem)),
          ));
    return refused ? [{ rule: name, path: null, fate: 'refused' as const, from }] : [];
  });
}

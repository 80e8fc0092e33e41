import { stringText } from '../../config-text.js';
import { pathFault } from '../../suppressions.js';
import { closestRule, codeOf } from '../../rule-names.js';
import { quote } from '../../../plan/quote.js';
import type { ExceptionFate, ExceptionOutcome, Fix, Problem, RelatedPlace, Rule } from '../../types.js';
import type { Plan } from '../../../plan/types.js';

type Review = (exception: ExceptionOutcome, plan: Plan) => Omit<Problem, 'at'> & { readonly key?: 'rule' | 'path' };

/** What is wrong with an exception, by what became of it. Null where nothing is, or where another rule says so. */
const REVIEWS: Readonly<Record<ExceptionFate, Review | null>> = {
  'used': null,
  'void': null,
  'not-run': null,
  'unused': ({ rule, path, from }) => ({
    message: `nothing at ${path} is suppressed: ${rule} finds nothing there`,
    help: REMOVE,
    fix: removal(from),
  }),
  'rule-off': ({ rule, path, from }, plan) => ({
    message: `nothing at ${path} is suppressed: ${rule} is turned off`,
    help: `${REMOVE}, or turn the rule on again`,
    related: turnedOff(rule, plan),
    fix: removal(from),
  }),
  'unknown-rule': ({ rule, from }) => ({
    message: `no rule is called ${quote(rule)}`,
    ...meant(closestRule(rule), 'rule', from),
    suppressible: false,
  }),
  'unknown-path': ({ path, from }, plan) => ({
    message: `the config has no ${quote(path ?? '')}`,
    ...meant(pathFault(path ?? '', plan), 'path', from),
    suppressible: false,
  }),
  'refused': ({ rule, path }) => ({
    message: path === null ? `${rule} cannot be turned down` : `what ${rule} finds at ${path} cannot be suppressed`,
    help: `remove this and mend what it reports: no reason makes it safe (npx mcpgen explain ${codeOf(rule) ?? rule})`,
    suppressible: false,
  }),
};

const REMOVE = 'remove the suppression';
const removal = (at: string): Fix => ({ title: REMOVE, edits: [{ at, text: null }] });

/** A misspelt key of a suppression: help and fix are the name that it nearly is, or that the suppression goes. */
function meant(name: string | null, key: 'rule' | 'path', from: string): Pick<Problem, 'help'> & { readonly key: typeof key; readonly fix: Fix } {
  if (!name) return { key, help: REMOVE, fix: removal(from) };
  return { key, help: `did you mean ${quote(name)}?`, fix: { title: `write ${quote(name)}`, edits: [{ at: `${from}.${key}`, text: stringText(name) }] } };
}

/** Where the config turns a rule off. */
function turnedOff(rule: string, plan: Plan): readonly RelatedPlace[] {
  const entries = plan.policy.severities.filter((entry) => codeOf(entry.rule) === codeOf(rule) && entry.severity === 'off');
  return entries.map(({ from }) => ({ at: from, message: `${rule} is turned off` }));
}

export const suppressionStale: Rule<'plan' | 'exceptions'> = {
  code: 'MCP904',
  slug: 'suppression-stale',
  severity: 'warn',
  suppressible: 'partly',
  securitySeverity: 2,
  summary: 'a suppression suppresses nothing',
  reads: ['plan', 'exceptions'],
  *check({ plan, exceptions }) {
    for (const exception of exceptions) {
      const review = REVIEWS[exception.fate];
      if (!review) continue;
      const { key, ...problem } = review(exception, plan);
      yield { ...problem, at: key ? `${exception.from}.${key}` : exception.from };
    }
  },
};

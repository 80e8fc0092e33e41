import { pathFault } from '../suppressions.js';
import { closestRule, codeOf } from '../rule-names.js';
import { quote } from '../quote.js';
import type { ExceptionFate, ExceptionOutcome, Problem, Rule } from '../types.js';
import type { Plan } from '../../plan/types.js';

type Review = (exception: ExceptionOutcome, plan: Plan) => Omit<Problem, 'at'> & { readonly key?: 'rule' | 'path' };
const meant = (name: string | null): string => (name ? `did you mean ${quote(name)}?` : 'remove the suppression');

/** What is wrong with an exception, by what became of it. Null where nothing is, or where another rule says so. */
const REVIEWS: Readonly<Record<ExceptionFate, Review | null>> = {
  'used': null,
  'void': null,
  'not-run': null,
  'unused': ({ rule, path }) => ({
    message: `nothing at ${path} is suppressed: ${rule} finds nothing there`,
    help: 'remove the suppression',
  }),
  'rule-off': ({ rule, path }) => ({
    message: `nothing at ${path} is suppressed: ${rule} is turned off`,
    help: 'remove the suppression, or turn the rule on again',
  }),
  'unknown-rule': ({ rule }) => ({
    message: `no rule is called ${quote(rule)}`,
    help: meant(closestRule(rule)),
    key: 'rule',
    suppressible: false,
  }),
  'unknown-path': ({ path }, plan) => ({
    message: `the config has no ${quote(path ?? '')}`,
    help: meant(pathFault(path ?? '', plan)),
    key: 'path',
    suppressible: false,
  }),
  'refused': ({ rule, path }) => ({
    message: path === null ? `${rule} cannot be turned down` : `what ${rule} finds at ${path} cannot be suppressed`,
    help: `remove this and mend what it reports: no reason makes it safe (npx mcpgen explain ${codeOf(rule) ?? rule})`,
    suppressible: false,
  }),
};

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

import { closest } from '../diagnostics/closest.js';
import { RULE_SLUGS, type RuleCode } from '../config/language/rules.js';

const CODES = new Map<string, RuleCode>(
  // The keys of a literal are its codes; `Object.entries` only knows them as strings.
  (Object.entries(RULE_SLUGS) as [RuleCode, string][]).flatMap(([code, slug]) => [
    [code.toLowerCase(), code],
    [slug, code],
  ]),
);

/** The code of a rule named by code or slug, in any case; null for a name that no rule has. */
export function codeOf(name: string): RuleCode | null {
  return CODES.get(name.toLowerCase()) ?? null;
}

/** The code or slug that a misspelt name most likely means, or null. */
export function closestRule(name: string): string | null {
  return closest(name, [...Object.values(RULE_SLUGS), ...Object.keys(RULE_SLUGS)]);
}

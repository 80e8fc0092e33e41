/** The lines by which a rule exists: in the language of configs, and in the registry of rules. Both lists are in the order of the codes. */
import { valueName, type NewRule } from './rule-skeleton.js';

export interface Known {
  readonly code: string;
  readonly slug: string;
}

/** `RULE_SLUGS` in `src/config/language/rules.ts`, with a line for the rule. */
export function registerSlug(text: string, rule: NewRule, known: readonly Known[]): string {
  const lineOf = ({ code, slug }: Known): string => `  ${code}: '${slug}',`;
  return insert(text, lineOf(rule), neighbours(rule, known, lineOf));
}

/** `src/policy/rules/index.ts`, with an import and an entry for the rule. */
export function registerRule(text: string, rule: NewRule, known: readonly Known[], familyOf: (code: string) => string | undefined): string {
  const importOf = ({ code, slug }: Known): string => `import { ${valueName({ slug })} } from './${familyOf(code)}/${slug}.js';`;
  const entryOf = ({ slug }: Known): string => `  ${valueName({ slug })},`;
  const imported = insert(text, importOf(rule), neighbours(rule, known, importOf));
  return insert(imported, entryOf(rule), neighbours(rule, known, entryOf));
}

interface Neighbours {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The lines of the rules whose codes are next to this one's. */
function neighbours(rule: NewRule, known: readonly Known[], lineOf: (rule: Known) => string): Neighbours {
  const before = known.filter(({ code }) => code < rule.code).at(-1);
  const after = known.find(({ code }) => code > rule.code);
  return { before: before && lineOf(before), after: after && lineOf(after) };
}

function insert(text: string, line: string, { before, after }: Neighbours): string {
  const lines = text.split('\n');
  const at = before === undefined ? lines.indexOf(after ?? '') : lines.indexOf(before) + 1;
  if (at < (before === undefined ? 0 : 1)) throw new Error(`no line reads "${before ?? after}", so there is no place for "${line}"`);
  return lines.toSpliced(at, 0, line).join('\n');
}

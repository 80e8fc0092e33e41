/** What `explain` and `rules` print: prose from a rule's page, everything else from the rule itself. */
import { explainCommand, SEVERITY_WORDS } from './render/report.js';
import { type Paint, painter } from './render/paint.js';
import { closestRule, codeOf } from './rule-names.js';
import type { Rule } from './types.js';

/** The rule that is named by code or slug. */
export function findRule(rules: readonly Rule[], name: string): Rule | null {
  const code = codeOf(name);
  return rules.find((rule) => rule.code === code) ?? null;
}

/** The message for a name that no rule has. */
export function unknownRule(name: string): string {
  const near = closestRule(name);
  return `no rule is called ${JSON.stringify(name)}${near === null ? '; npx mcpgen rules lists them' : `; did you mean ${near}?`}`;
}

interface PageOptions {
  readonly colour: boolean;
}

/** `mcpgen explain MCP102`. */
export function renderPage(rule: Rule, markdown: string, { colour }: PageOptions): string {
  const paint = painter(colour);
  const facts = [
    SEVERITY_WORDS[rule.severity],
    ...localFact(rule),
    SUPPRESSION_WORDS[String(rule.suppressible ?? true)] ?? '',
    `security severity ${rule.securitySeverity.toFixed(1)}`,
  ];
  return `${paint('bold', `${rule.code} ${rule.slug}`)}\n${paint('dim', facts.join(' · '))}\n\n${headings(markdown.trim(), paint)}\n`;
}

const SUPPRESSION_WORDS: Readonly<Record<string, string>> = {
  true: 'can be suppressed with a reason',
  false: 'cannot be suppressed',
  partly: 'can be suppressed in part',
};

function localFact({ localSeverity, severity }: Rule): readonly string[] {
  return localSeverity && localSeverity !== severity ? [`${SEVERITY_WORDS[localSeverity]} in profile local`] : [];
}

function headings(markdown: string, paint: Paint): string {
  return markdown.replace(/^## .+$/gm, (line) => paint('bold', line));
}

/** `mcpgen rules`: one line for each. */
export function renderRules(rules: readonly Rule[], { colour }: PageOptions): string {
  const paint = painter(colour);
  const slugs = Math.max(...rules.map(({ slug }) => slug.length));
  const lines = rules.map((rule) => {
    const severity = SEVERITY_WORDS[rule.severity].padEnd('warning'.length);
    return `${paint('bold', rule.code)}  ${rule.slug.padEnd(slugs)}  ${severity}  ${rule.summary}\n`;
  });
  return `${lines.join('')}\n${rules.length} rules; ${explainCommand('RULE')} says why, and what to write instead\n`;
}

/** Policy rules as data. `formatVersion` changes when a field changes its meaning. */
import { readPage } from '../../policy/read-page.js';
import { SEVERITY_WORDS } from '../../policy/render/report.js';
import type { Rule } from '../../policy/types.js';

export function rulesJson(rules: readonly Rule[]): string {
  return print({ rules: rules.map(record) });
}

/** One rule with its page, section by section as Markdown. */
export function ruleJson(rule: Rule, markdown: string): string {
  const { what, sections } = readPage(markdown);
  const page = { what, why: sections['Why'], bad: sections['Bad'], good: sections['Good'], whenToIgnore: sections['When to ignore'] };
  return print({ rule: { ...record(rule), page } });
}

function record({ code, slug, severity, summary, securitySeverity }: Rule) {
  return { code, slug, severity: SEVERITY_WORDS[severity], summary, securitySeverity };
}

function print(content: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ formatVersion: '1', ...content }, null, 2)}\n`;
}

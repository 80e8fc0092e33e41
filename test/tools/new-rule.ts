/**
 * `npm run new:rule NAME [CODE]`: lays the code, the page and the test of a policy rule, and registers it. It belongs to the tests and not to `src/`, because
 * everything that `src/` compiles to is shipped.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { RULE_SLUGS } from '#src/config/language/rules.js';
import { familyOfCode } from '#src/policy/families.js';
import { registerRule, registerSlug, type Known } from './register-rule.js';
import { faultOfSlug } from './rule-name.js';
import { codeText, pageText, testText, type NewRule } from './rule-skeleton.js';

const USAGE = 'usage: npm run new:rule NAME [CODE]\n  npm run new:rule origin-plain-http MCP106\n';
const KNOWN: readonly Known[] = Object.entries(RULE_SLUGS)
  .map(([code, slug]) => ({ code, slug }))
  .sort((a, b) => (a.code < b.code ? -1 : 1));
const SLUGS_FILE = 'src/config/language/rules.ts';
const REGISTRY_FILE = 'src/policy/rules/index.ts';

class Refused extends Error {}

try {
  lay(ruleOf(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  process.stderr.write(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}

function ruleOf([slug = '', code = nextCode(slug), ...rest]: readonly string[]): NewRule {
  const fault = faultOfSlug(slug);
  if (fault !== null) throw new Refused(fault);
  if (rest.length > 0) throw new Refused(`nothing is known of "${rest.join(' ')}"`);
  const family = familyOfCode(code);
  if (family === undefined) throw new Refused(`"${code}" is no code: MCP and three digits, of which the first is the family`);
  const taken = KNOWN.find((rule) => rule.code === code || rule.slug === slug);
  if (taken) throw new Refused(`there is a rule ${taken.code} ${taken.slug}`);
  return { code, slug, family };
}

/** The code after the last one of the family, which the first word of a slug tells: origin-… is beside the other origin-… */
function nextCode(slug: string): string {
  const [first] = slug.split('-', 1);
  const relative = KNOWN.find((rule) => rule.slug.startsWith(`${first}-`));
  if (relative === undefined) throw new Refused(faultOfSlug(slug) ?? `no rule begins with ${first}-, so the family is not known: give a code`);
  const family = KNOWN.filter(({ code }) => familyOfCode(code) === familyOfCode(relative.code));
  return `MCP${Number(family.at(-1)?.code.slice('MCP'.length)) + 1}`;
}

function lay(rule: NewRule): void {
  const place = `policy/rules/${rule.family}/${rule.slug}`;
  const files: Readonly<Record<string, string>> = {
    [`src/${place}.ts`]: codeText(rule),
    [`src/${place}.md`]: pageText(),
    [`test/${place}.test.ts`]: testText(rule),
  };
  const existing = Object.keys(files).filter((file) => existsSync(file));
  if (existing.length > 0) throw new Refused(`${existing.join(' and ')}: left as it is`);
  // Both are made before anything is written: a rule is laid whole or not at all.
  const slugs = registerSlug(readFileSync(SLUGS_FILE, 'utf8'), rule, KNOWN);
  const registry = registerRule(readFileSync(REGISTRY_FILE, 'utf8'), rule, KNOWN, familyOfCode);
  for (const [file, text] of Object.entries({ ...files, [SLUGS_FILE]: slugs, [REGISTRY_FILE]: registry })) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    process.stdout.write(`${file in files ? 'laid' : 'registered in'} ${file}\n`);
  }
  process.stdout.write(`\n${rule.code} ${rule.slug} finds a deployment that is called rename-me. Make it find what it is for:\n`);
  process.stdout.write('its page first, then its test, then its code. test/policy/laid-rules.test.ts fails until the word is gone.\n');
}

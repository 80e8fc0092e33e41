/** The catalogue polices itself: what every rule and every page must have. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rulePage } from '#src/assets.js';
import { RULE_SLUGS } from '#src/config/language/rules.js';
import { familyOfCode, placeOfRule } from '#src/policy/families.js';
import { RULES } from '#src/policy/rules/index.js';
import { runRules } from '#src/policy/run.js';
import { faultOfSlug } from '../tools/rule-name.js';
import { readPage, SECTIONS } from '#src/policy/read-page.js';
import { configsIn } from './configs-in.js';
import { inputOf, localPlanOf, planOf } from './support.js';

const FOLDER = join(process.cwd(), 'src/policy/rules');
const TESTS = join(process.cwd(), 'test/policy/rules');
const slugs = RULES.map(({ slug }) => slug as string).sort();

test('the registry is what the config language offers, in the order of the codes', () => {
  assert.deepEqual(Object.fromEntries(RULES.map(({ code, slug }) => [code, slug])), RULE_SLUGS);
  assert.deepEqual(
    RULES.map(({ code }) => code),
    RULES.map(({ code }) => code).toSorted(),
  );
});

test('every rule has its page and its test, and every page and test has its rule', () => {
  const named = (folder: string, end: string): readonly string[] =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith(end))
      .map((file) => file.slice(0, -end.length))
      .sort();
  const places = RULES.map(placeOfRule).sort();
  assert.deepEqual(
    named(FOLDER, '.ts').filter((name) => name !== 'index'),
    places,
  );
  assert.deepEqual(named(FOLDER, '.md'), places);
  assert.deepEqual(named(TESTS, '.test.ts'), places);
});

test('every code has a family, and what is no code has none', () => {
  for (const { code } of RULES) assert.ok(familyOfCode(code), code);
  for (const text of ['', 'MCP', 'MCP10', 'MCP1011', 'MCP001', 'mcp101', 'MCPx01', '__proto__']) assert.equal(familyOfCode(text), undefined, text);
});

test('a slug names the pattern: it reads well after "allow"', () => {
  for (const wrong of ['origin', 'Origin-null', 'no-origin', 'use-tls', 'origin--null', 'origin-null-']) assert.notEqual(faultOfSlug(wrong), null, wrong);
  for (const slug of slugs) {
    assert.equal(faultOfSlug(slug), null);
  }
});

test('summaries and severities', () => {
  for (const { code, summary, securitySeverity, severity, localSeverity } of RULES) {
    assert.match(summary, /^[a-z].{10,80}[^.]$/, code);
    assert.ok(securitySeverity >= 0 && securitySeverity <= 10, code);
    assert.notEqual(localSeverity, severity, `${code} says its own severity twice`);
  }
});

test('rules that review exceptions cannot be hidden by one', () => {
  for (const rule of RULES) if (rule.reads.includes('exceptions')) assert.notEqual(rule.suppressible ?? true, true, rule.code);
});

for (const rule of RULES) {
  const { slug, code } = rule;
  const text = rulePage(rule);
  const { what, sections } = readPage(text);

  test(`the page of ${slug}`, () => {
    assert.match(what, /^[^\n]{30,160}\.$/, 'one line that says what is found');
    assert.deepEqual(
      Array.from(text.matchAll(/^## (.+)$/gm), ([, title]) => title),
      SECTIONS,
    );
    for (const section of SECTIONS) assert.ok(sections[section].length > 20, `${section} is said in words`);
    assert.equal(text.includes(code), false, 'its code comes from the rule');
    assert.doesNotMatch(text, /[ \t]$/m);
    for (const section of ['Bad', 'Good'] as const) {
      const configs = configsIn(sections[section]);
      assert.equal(configs.length, 1, section);
      assert.match(
        configs[0] ?? '',
        /^import \{ defineConfig(, secret)? \} from 'mcpgen';\n\nexport default defineConfig\(\{\n[\s\S]*\}\);\n$/,
      );
    }
    for (const line of text.split('\n')) assert.ok(line.length <= 150, line);
  });

  test(`the rule of ${slug} is short`, () => {
    assert.ok(readFileSync(join(FOLDER, `${placeOfRule(rule)}.ts`), 'utf8').split('\n').length <= 100);
  });
}

test('nothing is found in a deployment that is in order', () => {
  for (const plan of [planOf(), localPlanOf()]) assert.deepEqual(runRules(RULES, inputOf(plan)).findings, []);
});

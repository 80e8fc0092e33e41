import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findRule, renderPage, renderRules, unknownRule } from '#src/policy/page.js';
import { RULES } from '#src/policy/rules/index.js';
import { imageUnpinned } from '#src/policy/rules/containers/image-unpinned.js';
import { originNull } from '#src/policy/rules/origins/origin-null.js';
import { originWildcard } from '#src/policy/rules/origins/origin-wildcard.js';
import { readPage } from '#src/policy/read-page.js';
import { configsIn } from './configs-in.js';

const PAGE =
  'What it is.\n\n## Why\n\nBecause.\n\n## Bad\n\n```ts\nbad();\n```\n\n## Good\n\nBetter:\n\n```ts\ngood();\n```\n\n## When to ignore\n\nNever.\n';

test('a page is taken apart', () => {
  const { what, sections } = readPage(PAGE);
  assert.equal(what, 'What it is.');
  assert.equal(sections.Why, 'Because.');
  assert.deepEqual(configsIn(sections.Good), ['good();\n']);
  assert.equal(readPage('What.\n').sections.Bad, '');
});

test('a page opens with what the rule says of itself', () => {
  assert.equal(
    renderPage(originWildcard, PAGE, { colour: false }),
    `MCP102 origin-wildcard\nerror · warning in profile local · can be suppressed in part · security severity 8.1\n\n${PAGE}`,
  );
  assert.match(renderPage(originNull, PAGE, { colour: false }), /cannot be suppressed/);
  assert.match(
    renderPage(imageUnpinned, PAGE, { colour: false }),
    /^MCP504 image-unpinned\nerror · can be suppressed with a reason · security severity 5\.9\n/,
  );
});

test('rules are found by code and by slug, in any case', () => {
  for (const name of ['MCP102', 'mcp102', 'origin-wildcard', 'Origin-Wildcard']) assert.equal(findRule(RULES, name), originWildcard, name);
  for (const name of ['', 'MCP10', 'origin', '__proto__', 'constructor']) assert.equal(findRule(RULES, name), null, name);
});

test('an unknown name gets a suggestion where there is one', () => {
  assert.equal(unknownRule('origin-wilcard'), 'no rule is called "origin-wilcard"; did you mean origin-wildcard?');
  assert.match(unknownRule('mcp1o2'), /did you mean MCP102\?/);
  assert.equal(unknownRule('quality-of-service'), 'no rule is called "quality-of-service"; npx mcpgen rules lists them');
});

test('the list has a line for each rule', () => {
  const lines = renderRules(RULES, { colour: false }).split('\n');
  assert.equal(lines.length, RULES.length + 3);
  const column = Math.max(...RULES.map(({ slug }) => slug.length));
  assert.equal(lines[1], `MCP102  ${'origin-wildcard'.padEnd(column)}  error    an origin entry matches every page on the web`);
  assert.equal(lines.at(-2), `${RULES.length} rules; npx mcpgen explain RULE says why, and what to write instead`);
});

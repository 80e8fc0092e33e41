import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderFinding, renderPretty, renderSummary } from '#src/policy/render/pretty.js';
import type { Located, Reported } from '#src/policy/render/report.js';
import type { Finding } from '#src/policy/types.js';

const FINDING: Finding = {
  code: 'MCP102',
  slug: 'origin-wildcard',
  severity: 'error',
  securitySeverity: 8.1,
  at: 'origins.any',
  message: 'origin "https://*" would let every page call',
  help: 'name the origins',
  related: [],
  fix: null,
  artefacts: [],
  sensitive: false,
  fingerprint: 'f',
  suppressed: null,
};
const LOCATED: Located = {
  file: 'mcp.config.ts',
  line: 14,
  column: 10,
  endLine: 14,
  endColumn: 21,
  exact: true,
  frame: "   |\n14 |     any: 'https://*',\n   |          ^^^^^^^^^^^\n",
};
const PLACES = new Map([
  ['origins.any', LOCATED],
  ['servers.a', { ...LOCATED, line: 20, column: 3 }],
  ['servers.b', { ...LOCATED, exact: false }],
]);
const reported = (finding: Partial<Finding> = {}, located: Located | null = LOCATED, environments: readonly string[] = []): Reported => ({
  finding: { ...FINDING, ...finding },
  located,
  places: PLACES,
  environments,
});
const plain = (one: Reported): string => renderFinding(one, { colour: false });

test('a finding, its place and what to do', () => {
  assert.equal(
    plain(reported()),
    `error[MCP102] origin-wildcard: origin "https://*" would let every page call
  --> mcp.config.ts:14:10
   |
14 |     any: 'https://*',
   |          ^^^^^^^^^^^
  = help: name the origins
  = docs: npx mcpgen explain MCP102
`,
  );
});

test('environments and the files that show it', () => {
  const artefacts = [1, 2, 3, 4, 5].map((line) => ({ file: 'compose/compose.yaml', line }));
  const text = plain(reported({ artefacts }, LOCATED, ['production', 'staging']));
  assert.match(text, /^ {2}= in: production, staging$/m);
  assert.match(text, /^ {2}= seen: compose\/compose.yaml:1, compose\/compose.yaml:2, compose\/compose.yaml:3 and 2 more$/m);
});

test('related places and what mends it, by where they were written', () => {
  const related = [
    { at: 'servers.a', message: 'the other one' },
    { at: 'servers.b', message: 'a default' },
  ];
  const edits = [
    { at: 'origins.any', text: "'https://app.test'" },
    { at: 'servers.a', text: null },
  ];
  assert.equal(
    plain(reported({ related, fix: { title: 'not said beside its edits', edits } }, null)),
    `error[MCP102] origin-wildcard: origin "https://*" would let every page call
  --> origins.any
  = see: mcp.config.ts:20:3: the other one
  = see: servers.b: a default
  = help: name the origins
  = fix: write 'https://app.test' at mcp.config.ts:14:10; remove mcp.config.ts:20:3
  = docs: npx mcpgen explain MCP102
`,
  );
});

test('a fix without an edit is a sentence', () => {
  assert.match(plain(reported({ fix: { title: 'ask the registry', edits: [] } })), /^ {2}= fix: ask the registry\n {2}= docs: /m);
});

test('a place that is only near says so; one without a source is its path', () => {
  assert.match(plain(reported({}, { ...LOCATED, exact: false })), /^ {2}--> mcp.config.ts:14:10 \(nearest to origins.any\)$/m);
  assert.match(plain(reported({}, null)), /^ {2}--> origins.any$/m);
  assert.doesNotMatch(plain(reported({ at: '' }, null)), /-->/);
});

test('a line that holds a secret is not shown', () => {
  const text = plain(reported({ sensitive: true }));
  assert.doesNotMatch(text, /https:\/\/\*',/);
  assert.match(text, /--> mcp.config.ts:14:10\n {2}= note: the line holds the secret/);
});

test('text from a config cannot draw lines or colours of its own', () => {
  const related = [{ at: 'servers.a', message: '\u001b[31m\nerror[MCP999]' }];
  const fix = { title: '', edits: [{ at: 'servers.a', text: '\u001b[31m\rerror[MCP999]' }] };
  const text = plain(reported({ message: 'bad\nerror[MCP999] \u001b[31mfake\u202e', help: 'a\rb', related, fix }));
  assert.doesNotMatch(text, /\u001b|\r|\u202e|^error\[MCP999\]/m);
});

test('colour changes nothing but colour', () => {
  const coloured = renderFinding(reported(), { colour: true });
  assert.match(coloured, /^\u001b\[1;31merror\[MCP102\]\u001b\[0m/);
  assert.equal(coloured.replace(/\u001b\[[\d;]*m/g, ''), plain(reported()));
});

const SUPPRESSED = reported({ severity: 'error', suppressed: { reason: 'known', until: null, owner: null } });
const summary = (all: readonly Reported[]): string => renderSummary({ reported: all, rules: 20, milliseconds: 412 }, { colour: false });

test('the summary counts what stands, and says what does not', () => {
  assert.equal(
    summary([reported(), reported(), reported(), reported({ severity: 'warn' }), reported({ severity: 'warn' }), SUPPRESSED]),
    '3 errors, 2 warnings (1 suppressed) · 20 rules · 0.4 s\n',
  );
  assert.equal(summary([reported(), reported({ severity: 'info' })]), '1 error, 1 info · 20 rules · 0.4 s\n');
  assert.equal(summary([]), 'no findings · 20 rules · 0.4 s\n');
  assert.equal(summary([SUPPRESSED]), 'no findings (1 suppressed) · 20 rules · 0.4 s\n');
});

test('the whole: standing findings apart from each other, the summary last', () => {
  const text = renderPretty(
    { reported: [reported(), SUPPRESSED, reported({ severity: 'warn' })], rules: 20, milliseconds: 400 },
    { colour: false },
  );
  assert.equal(
    text,
    `${plain(reported())}\n${plain(reported({ severity: 'warn' }))}\n1 error, 1 warning (1 suppressed) · 20 rules · 0.4 s\n`,
  );
  assert.equal(renderPretty({ reported: [], rules: 20, milliseconds: 400 }, { colour: false }), 'no findings · 20 rules · 0.4 s\n');
});

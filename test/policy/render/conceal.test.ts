import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Location } from '#src/diagnostics/diagnostic.js';
import { conceal } from '#src/policy/render/conceal.js';

const at = (line: number, column: number, endLine: number, endColumn: number): Location => ({
  file: 'mcp.config.ts',
  line,
  column,
  endLine,
  endColumn,
  exact: true,
});

test('one value is covered, and what is around it stays where it was', () => {
  assert.equal(conceal("env: { KEY: 'hunter2', B: 'x' },\n", [at(1, 13, 1, 22)]), "env: { KEY: •••••••••, B: 'x' },\n");
});

test('several lines keep their breaks and their blanks', () => {
  assert.equal(conceal("a [\r\n  'b',\n  'c'\n] d", [at(1, 3, 4, 2)]), 'a •\r\n  ••••\n  •••\n• d');
});

test('places beyond the text cover nothing', () => {
  assert.equal(conceal('a\nb', [at(5, 1, 6, 3)]), 'a\nb');
});

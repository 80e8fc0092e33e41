import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rulePage } from '#src/assets.js';
import { RULES } from '#src/policy/rules/index.js';

test('no rule is left as `npm run new:rule` laid it', () => {
  const laid = RULES.filter((rule) => rule.summary.includes('rename-me') || rulePage(rule).includes('rename-me'));
  assert.deepEqual(laid.map(({ slug }) => slug), []);
});

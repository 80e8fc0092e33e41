import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suppressionNoReason as rule } from '#src/policy/rules/config/suppression-no-reason.js';
import { found, planOf, suppression } from '../../support.js';

const planBecause = (reason: string) => planOf({ policy: { suppressions: [suppression('MCP109', 'origins.app', { reason })] } });

test('an empty reason, and one of blanks', () => {
  for (const reason of ['', '  ', '\n\t']) assert.deepEqual(found(rule, planBecause(reason)), ['error policy.suppress.0.reason']);
});

test('any reason is not', () => {
  assert.deepEqual(found(rule, planBecause('x')), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectationFailed as rule } from '#src/policy/rules/config/expectation-failed.js';
import type { ExpectationOutcome } from '#src/policy/types.js';
import type { ExpectationPlan } from '#src/plan/policy-types.js';
import { expectation, findingsOf, planOf } from '../../support.js';

const ALLOWED: ExpectationOutcome = { decision: 'allow', status: null, reason: null, step: null };
const REFUSED: ExpectationOutcome = { decision: 'deny', status: 403, reason: 'origin-not-allowed', step: 'origin' };
const messages = (expected: ExpectationPlan, outcome: ExpectationOutcome): readonly string[] =>
  findingsOf(rule, planOf({ policy: { expectations: [expected] } }), { decideExpectation: () => outcome }).map(({ message }) => message);

test('a broken promise says what was asked, what happened and what was expected', () => {
  assert.deepEqual(messages(expectation('deny', { origin: 'https://evil.example' }, 403), ALLOWED), [
    'POST /mcp/search from origin "https://evil.example" is allowed; expected: deny with 403',
  ]);
  assert.deepEqual(messages(expectation('allow', { client: 'ci' }), REFUSED), [
    'POST /mcp/search as client ci is refused with 403 (origin-not-allowed); expected: allow',
  ]);
});

test('another status is another refusal', () => {
  assert.equal(messages(expectation('deny', {}, 401), REFUSED).length, 1);
});

test('a kept promise is not found, with its status or without', () => {
  assert.deepEqual(messages(expectation('allow'), ALLOWED), []);
  assert.deepEqual(messages(expectation('deny', {}, 403), REFUSED), []);
  assert.deepEqual(messages(expectation('deny'), REFUSED), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secretRotationOverdue as rule } from '#src/policy/rules/access/secret-rotation-overdue.js';
import { findingsOf, found, planOf } from '../../support.js';

const planBy = (rotateBy: string | null) =>
  planOf({ traffic: { clients: [{ name: 'ci', keys: ['CI_API_KEY', 'CI_API_KEY_2'], permissions: [], rotateBy, from: 'auth.clients.ci' }] } });

test('the day after the last day is found', () => {
  assert.deepEqual(found(rule, planBy('2026-11-19'), { today: '2026-11-20' }), ['warn auth.clients.ci.rotateBy']);
});

test('the message names the secrets, and never a value', () => {
  const [finding] = findingsOf(rule, planBy('2020-01-01'));
  assert.equal(finding?.message, 'the keys of client "ci" (CI_API_KEY, CI_API_KEY_2) should have been replaced by 2020-01-01');
});

test('the last day itself, a later one, and none are not', () => {
  for (const rotateBy of ['2026-11-20', '2027-01-01', null]) assert.deepEqual(found(rule, planBy(rotateBy), { today: '2026-11-20' }), []);
});

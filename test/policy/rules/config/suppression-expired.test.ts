import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suppressionExpired as rule } from '#src/policy/rules/config/suppression-expired.js';
import { found, planOf, suppression } from '../../support.js';

const planUntil = (until: string | null) => planOf({ policy: { suppressions: [suppression('MCP109', 'origins.app', { until })] } });

test('the day after the last day', () => {
  assert.deepEqual(found(rule, planUntil('2026-11-19'), { today: '2026-11-20' }), ['error policy.suppress.0.until']);
});

test('the last day itself, a later one, and none are not', () => {
  for (const until of ['2026-11-20', '2027-01-01', null]) assert.deepEqual(found(rule, planUntil(until), { today: '2026-11-20' }), []);
});

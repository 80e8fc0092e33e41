import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originAllowlistMissing as rule } from '#src/policy/rules/origins/origin-allowlist-missing.js';
import { found, localPlanOf, planOf } from '../../support.js';

test('a public gateway without origins is found, at the URL that makes it public', () => {
  assert.deepEqual(found(rule, planOf({ traffic: { origins: [] } })), ['error gateway.url']);
});

test('declared origins, and a gateway on loopback, are not', () => {
  assert.deepEqual(found(rule, planOf()), []);
  assert.deepEqual(found(rule, localPlanOf({ traffic: { origins: [] } })), []);
});

test('a public URL is public in profile local, too', () => {
  assert.deepEqual(found(rule, planOf({ profile: 'local', traffic: { origins: [] } })), ['error gateway.url']);
});

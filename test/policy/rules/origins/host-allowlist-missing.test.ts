import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostAllowlistMissing as rule } from '#src/policy/rules/origins/host-allowlist-missing.js';
import { found, localPlanOf, planOf } from '../../support.js';

test("hosts: 'any' is an error, on loopback above all", () => {
  assert.deepEqual(found(rule, planOf({ traffic: { anyHost: true } })), ['error gateway.hosts']);
  assert.deepEqual(found(rule, localPlanOf({ traffic: { anyHost: true } })), ['error gateway.hosts']);
});

test('a list, also a short one, is not', () => {
  assert.deepEqual(found(rule, planOf()), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rateLimitMissing as rule } from '#src/policy/rules/access/rate-limit-missing.js';
import { found, localPlanOf, planOf } from '../../support.js';

const HUGE = { limits: { perAddress: '1000000/s' } } as const;

test('a tenant that nothing bounds is found', () => {
  assert.deepEqual(found(rule, planOf({ gateway: HUGE })), ['warn tenants']);
});

test('a rate of addresses, clients or the tenant is a bound', () => {
  assert.deepEqual(found(rule, planOf()), []);
  assert.deepEqual(found(rule, localPlanOf({ gateway: HUGE })), []);
  const { limits, tenants } = planOf({ gateway: HUGE }).traffic;
  const perClient = { rate: { tokens: 100, window: 60_000 }, streams: null, fromEnvironment: false };
  assert.deepEqual(found(rule, planOf({ traffic: { limits: { ...limits, perClient } } })), []);
  assert.deepEqual(found(rule, planOf({ gateway: HUGE, traffic: { tenants: tenants.map((one) => ({ ...one, rate: { tokens: 1, window: 1000 } })) } })), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesExposure } from '#src/config/language/targets.js';
import { listenerUnnamed as rule } from '#src/policy/rules/kubernetes/listener-unnamed.js';
import { found, planOf } from '../../support.js';

const exposed = (exposure: KubernetesExposure) => planOf({ targets: { kubernetes: { exposure } } });

test('field-26c a shared Gateway whose listener is not named is found where clients have keys', () => {
  for (const parent of [{ name: 'shared' }, { name: 'shared', namespace: 'infra' }]) {
    assert.deepEqual(found(rule, exposed({ kind: 'gateway-api', parent })), ['error targets.kubernetes.exposure']);
  }
});

test('a named listener, a Gateway of our own and no exposure are not', () => {
  const named = { kind: 'gateway-api', parent: { name: 'shared', namespace: 'infra', sectionName: 'https' } } as const;
  const exposures = [named, { kind: 'gateway-api', gatewayClass: 'nginx' }, { kind: 'none' }] as const;
  for (const exposure of exposures) assert.deepEqual(found(rule, exposed(exposure)), []);
  assert.deepEqual(found(rule, planOf()), []);
});

test('without keys nothing is to be read', () => {
  const plan = exposed({ kind: 'gateway-api', parent: { name: 'shared' } });
  assert.deepEqual(found(rule, { ...plan, traffic: { ...plan.traffic, auth: { ...plan.traffic.auth, wanted: false } } }), []);
});

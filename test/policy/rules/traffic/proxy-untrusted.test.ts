import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyUntrusted as rule } from '#src/policy/rules/traffic/proxy-untrusted.js';
import { EXAMPLE_TARGETS } from '../../../support/example.js';
import { findingsOf, found, localPlanOf, planOf } from '../../support.js';

const { compose, kubernetes, fly, nginx } = EXAMPLE_TARGETS;
const told = { trustedProxies: ['10.244.0.0/16'] };

test('field-09a an exposure on Kubernetes without its proxy is an error at the exposure, in every profile', () => {
  for (const plan of [planOf({ targets: { kubernetes } }), localPlanOf({ targets: { kubernetes } })]) {
    assert.deepEqual(found(rule, plan), ['error targets.kubernetes.exposure']);
  }
  const [finding] = findingsOf(rule, planOf({ targets: { kubernetes } }));
  for (const controller of ['ingress-nginx', 'Envoy Gateway', 'NGINX Gateway Fabric', 'Traefik', 'ALB', 'GKE', 'podCIDR']) {
    assert.ok(finding?.help.includes(controller), controller);
  }
});

test('one that is told of its proxy, or exposes nothing, has nothing to say; nor has Fly, whose proxy is known', () => {
  assert.deepEqual(found(rule, planOf({ gateway: told, targets: { kubernetes } })), []);
  assert.deepEqual(found(rule, planOf({ targets: { kubernetes: { exposure: { kind: 'none' } } } })), []);
  assert.deepEqual(found(rule, planOf({ targets: { fly } })), []);
});

test('field-09d compose behind a proxy of its machine that ends TLS is a warning', () => {
  assert.deepEqual(found(rule, planOf({ targets: { compose } })), ['warn targets.compose']);
  assert.deepEqual(found(rule, planOf({ targets: { compose, nginx } })), ['warn targets.compose']);
  assert.deepEqual(found(rule, planOf({ gateway: told, targets: { compose } })), []);
  assert.deepEqual(found(rule, localPlanOf({ targets: { compose } })), []);
  const tls = { at: 'nginx', certificate: '/c.pem', key: '/k.pem' } as const;
  assert.deepEqual(found(rule, planOf({ gateway: { tls }, targets: { compose, nginx } })), []);
});

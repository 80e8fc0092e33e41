import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exposedWithoutUrl as rule } from '#src/policy/rules/origins/exposed-without-url.js';
import { EXAMPLE_TARGETS } from '../../../support/example.js';
import { findingsOf, found, localPlanOf, planOf } from '../../support.js';

const { compose, kubernetes, fly } = EXAMPLE_TARGETS;

test('field-11a an exposure without a host that anybody elsewhere could ask for', () => {
  assert.deepEqual(found(rule, localPlanOf({ targets: { kubernetes } })), ['error targets.kubernetes.exposure']);
  const plan = planOf({ gateway: { url: 'http://localhost:9000' }, targets: { kubernetes } });
  const [finding] = findingsOf(rule, plan);
  assert.match(finding?.message ?? '', /no other host is served than localhost: whoever comes by another name gets 421/);
  assert.deepEqual(finding?.related, [{ at: 'gateway.url', message: 'a loopback URL' }]);
});

test('compose on loopback of either family exposes nothing, and elsewhere it does', () => {
  const at = (address: string): readonly string[] => found(rule, localPlanOf({ targets: { compose: { publish: { address } } } }));
  assert.deepEqual([at('127.0.0.1'), at('127.0.0.53'), at('::1')], [[], [], []]);
  assert.deepEqual(at('0.0.0.0'), ['error targets.compose.publish']);
});

test('a URL, a host, every host, or no exposure', () => {
  assert.deepEqual(found(rule, planOf({ targets: { kubernetes } })), []);
  assert.deepEqual(found(rule, localPlanOf({ gateway: { hosts: ['mcp.acme.test'] }, targets: { kubernetes } })), []);
  assert.deepEqual(found(rule, localPlanOf({ gateway: { hosts: 'any' }, targets: { kubernetes } })), []);
  assert.deepEqual(found(rule, localPlanOf({ targets: { kubernetes: { exposure: { kind: 'none' } }, compose, fly } })), []);
});

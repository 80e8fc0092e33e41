import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nondeterministicConfig as rule } from '#src/policy/rules/config/nondeterministic-config.js';
import { findingsOf, found, planOf } from '../../support.js';

test('a difference is found where it is', () => {
  assert.deepEqual(found(rule, planOf(), { load: { difference: ['servers', 'search', 'instances', 0, 'url'] } }), [
    'error servers.search.instances.0.url',
  ]);
});

test('two results that have nothing in common are a difference of the whole config', () => {
  const [finding] = findingsOf(rule, planOf(), { load: { difference: [] } });
  assert.equal(finding?.at, '');
  assert.match(finding?.message ?? '', /^the config was different/);
});

test('two equal loads are not', () => {
  assert.deepEqual(found(rule, planOf()), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originRegexUnanchored as rule } from '#src/policy/rules/origins/origin-regex-unanchored.js';
import { found, localPlanOf, origin, rejected, subdomains, withOrigins } from '../../support.js';

const expression = origin('app', rejected('https://.*example.com', 'regex'));

test('an expression is found, and on loopback it is a warning', () => {
  assert.deepEqual(found(rule, withOrigins(expression)), ['error origins.app']);
  assert.deepEqual(found(rule, localPlanOf({ traffic: { origins: [expression] } })), ['warn origins.app']);
});

test('a subdomain pattern and other faults are not', () => {
  assert.deepEqual(found(rule, withOrigins(origin('a', subdomains('a.test')), origin('b', rejected('*', 'wildcard')))), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originNull as rule } from '#src/policy/rules/origins/origin-null.js';
import { exact, found, origin, rejected, withOrigins } from '../../support.js';

test('null is found', () => {
  assert.deepEqual(found(rule, withOrigins(origin('frame', rejected('null', 'null')))), ['error origins.frame']);
});

test('a host of that name, and an origin that is called so, are not', () => {
  assert.deepEqual(found(rule, withOrigins(origin('null', exact('https://null.test')))), []);
});

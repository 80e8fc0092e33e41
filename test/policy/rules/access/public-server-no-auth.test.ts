import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publicServerNoAuth as rule } from '#src/policy/rules/access/public-server-no-auth.js';
import { existing } from '../../../support/plan.js';
import { findingsOf, found, localPlanOf, planOf } from '../../support.js';

test('a public gateway without clients is found', () => {
  assert.deepEqual(found(rule, planOf({ traffic: { clients: [] } })), ['error gateway.url']);
});

test('the message says how much is open', () => {
  const servers = { a: existing('https://a.test/mcp'), b: existing('https://b.test/mcp') };
  assert.match(findingsOf(rule, planOf({ servers, traffic: { clients: [] } }))[0]?.message ?? '', /can use its 2 servers$/);
});

test('declared clients, and a gateway on loopback, are not', () => {
  assert.deepEqual(found(rule, planOf()), []);
  assert.deepEqual(found(rule, localPlanOf({ traffic: { clients: [] } })), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publicServerNoAuth as rule } from '#src/policy/rules/access/public-server-no-auth.js';
import { existing } from '../../../support/example.js';
import { findingsOf, found, localPlanOf, planOf, type PlanOptions } from '../../support.js';

test('a public gateway without clients is found', () => {
  assert.deepEqual(found(rule, planOf({ auth: null })), ['error gateway.url']);
});

test('the message says how much is open', () => {
  const servers = { a: existing('https://a.test/mcp'), b: existing('https://b.test/mcp') };
  // The old transport gives each server three routes, and /health/servers is no server's.
  for (const revisions of [['2025-06-18'], ['2024-11-05', '2025-06-18']] as const) {
    const messageFor = (of: PlanOptions): string => findingsOf(rule, planOf({ ...of, gateway: { revisions }, auth: null }))[0]?.message ?? '';
    assert.match(messageFor({ servers }), /can use its 2 servers$/);
    assert.match(messageFor({}), /can use its server$/);
  }
});

test('declared clients, and a gateway on loopback, are not', () => {
  assert.deepEqual(found(rule, planOf()), []);
  assert.deepEqual(found(rule, localPlanOf({ auth: null })), []);
});

test('field-11b an app on Fly is public by its own name, also without a URL', () => {
  const plan = localPlanOf({ targets: { fly: { app: 'acme', region: 'ord' } }, auth: null });
  assert.deepEqual(found(rule, plan), ['error targets.fly']);
  assert.match(findingsOf(rule, plan)[0]?.message ?? '', /^https:\/\/acme\.fly\.dev is public/);
});

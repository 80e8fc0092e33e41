/** What is checked: every default of a promise is filled in from what is enforced. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { least, planOf } from '../support/planned.js';
import { FULL } from './support.js';

const PLAIN = { method: 'POST', origin: null, client: null, tenant: null, address: '192.0.2.1', item: null, args: null, token: null, permissions: null };

test('severities, by rule', () => {
  assert.deepEqual(planOf(FULL).policy.severities, [
    { rule: 'MCP108', severity: 'off', from: 'policy.rules.MCP108' },
    { rule: 'origin-wildcard-subdomain', severity: 'info', from: 'policy.rules.origin-wildcard-subdomain' },
  ]);
});

test('suppressions, in their order', () => {
  assert.deepEqual(planOf(FULL).policy.suppressions, [
    { rule: 'MCP102', path: 'origins.wrong', reason: 'x', until: '2027-01-01', owner: null, from: 'policy.suppress.0' },
    { rule: 'MCP101', path: 'servers', reason: 'y', until: null, owner: 'me', from: 'policy.suppress.1' },
  ]);
});

test('expectations, with their defaults', () => {
  assert.deepEqual(planOf(FULL).policy.expectations, [
    { request: { ...PLAIN, path: '/web', host: 'mcp.acme.com', revision: '2026-07-28' }, decision: 'deny', status: 401, from: 'policy.expect.0' },
    {
      request: {
        path: '/web', method: 'GET', host: 'tools.acme.com', origin: 'https://evil.com', revision: '2025-06-18', client: 'partner', tenant: null,
        address: '10.0.0.1', item: null, args: null, token: null, permissions: null,
      },
      decision: 'deny', status: null, from: 'policy.expect.1',
    },
    // A server without a route is asked for where none is.
    {
      request: { ...PLAIN, path: '/', host: 'mcp.acme.com', revision: '2026-07-28', tenant: 'internal' },
      decision: 'deny', status: 404, from: 'policy.expect.2',
    },
  ]);
});

test('the newest revision that is served, in whatever order they are listed', () => {
  const revisionOf = (revisions: readonly string[]) =>
    planOf(least({ gateway: { revisions }, policy: { expect: [{ request: { server: 'web' }, decision: 'allow' }] } })).policy.expectations[0]?.request.revision;
  assert.equal(revisionOf(['2025-11-25', '2025-03-26']), '2025-11-25');
  assert.equal(revisionOf(['2025-03-26', '2025-11-25']), '2025-11-25');
});

test('nothing where nothing is said', () => {
  assert.deepEqual(planOf(least()).policy, { severities: [], suppressions: [], expectations: [] });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantHeaderTrusted as rule } from '#src/policy/rules/traffic/tenant-header-trusted.js';
import { existing } from '../../../support/example.js';
import { found, planOf } from '../../support.js';

const plan = (pass: readonly string[], gateway = {}) =>
  planOf({ gateway, servers: { search: { ...existing('https://search.acme.test/mcp'), transform: { request: { pass } } } } });

test('a header that names a tenant and comes from the caller is found', () => {
  for (const name of ['X-Tenant-Id', 'X-Org-ID', 'x-customer', 'X-Auth-Workspace']) {
    assert.deepEqual(found(rule, plan([name])), ['error servers.search.transform.request.pass'], name);
  }
  assert.deepEqual(found(rule, plan(['X-Tenant-Id'], { trustedProxies: ['10.0.0.0/8'] })), ['warn servers.search.transform.request.pass']);
});

test('headers that name something else are not', () => {
  assert.deepEqual(found(rule, plan(['X-User-Id', 'Remote-User'])), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantIsolationMissing as rule } from '#src/policy/rules/traffic/tenant-isolation-missing.js';
import { found, planOf } from '../../support.js';

const KEYS = { 'acme-ci': null, 'ci': { keys: [{ secret: 'CI_KEY' }] }, 'ops': { keys: [{ secret: 'OPS_KEY' }] } } as const;
const JWT = { issuer: 'https://id.acme.test', jwks: 'https://id.acme.test/jwks' } as const;
const tenant = (...match: readonly object[]) => ({ match: match as never, servers: '*' as const });

test('tenants that one credential opens by another path or host are found', () => {
  const tenants = { acme: tenant({ path: true }), globex: tenant({ host: 'globex.acme.test' }) };
  assert.deepEqual(found(rule, planOf({ auth: { clients: KEYS }, tenants })), ['error tenants.acme.match', 'error tenants.globex.match']);
  assert.deepEqual(found(rule, planOf({ auth: { clients: null, jwt: JWT }, tenants })).length, 2);
});

test('a client that belongs to no tenant is enough', () => {
  const tenants = { acme: tenant({ client: 'ci' }), globex: tenant({ path: true }) };
  assert.deepEqual(found(rule, planOf({ auth: { clients: KEYS }, tenants })), ['error tenants.globex.match']);
});

test('credentials that are tied to a tenant, and one tenant alone, are not', () => {
  const clients = { acme: tenant({ client: 'ci' }, { path: true }), globex: tenant({ client: 'ops' }, { path: true }) };
  assert.deepEqual(found(rule, planOf({ auth: { clients: KEYS }, tenants: clients })), []);
  const claims = { acme: tenant({ claim: { org: 'a' } }, { path: true }), globex: tenant({ claim: { org: 'b' } }) };
  assert.deepEqual(found(rule, planOf({ auth: { clients: null, jwt: JWT }, tenants: claims })), []);
  assert.deepEqual(found(rule, planOf({ auth: { clients: KEYS }, tenants: { acme: tenant({ path: true }) } })), []);
});

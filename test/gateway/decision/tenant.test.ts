/** Which tenants a request belongs to: by claim and by the authorization API, beside client, host and path. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bearer, LookupFact, Principal } from '#src/gateway/runtime/decision/facts.js';
import { compileTables } from '#src/gateway/runtime/decision/lookups.js';
import { isLookedUp, recogniseTenants } from '#src/gateway/runtime/decision/tenant.js';
import { client } from '../../support/gateway.js';
import { gatewayConfig, tablesOf } from '../../support/gateway-tables.js';

const raw = tablesOf(
  gatewayConfig({
    auth: { clients: { acme: client('acme'), other: client('other') } },
    tenants: { acme: { match: [{ client: 'acme' }, { host: 'acme.example.com' }], servers: '*' }, globex: { match: { path: true }, servers: '*' } },
  }),
).raw;
const TABLES = compileTables(
  {
    ...raw,
    auth: { ...raw.auth, lookup: { url: 'https://auth.example.com', cache: 1000, header: 'authorization', timeout: 1000 } },
    matches: {
      ...raw.matches,
      claims: [
        { tenant: 'acme', claims: [['iss', 'https://id.example.com'], ['org', 'org_1']] },
        { tenant: 'globex', claims: [['org', 'org_2'], ['plan', '7']] },
      ],
      lookups: [['acme-in-api', 'acme'], ['globex-in-api', 'globex']],
    },
  },
  'local',
);
const HEAD = { host: 'localhost', pathTenant: null };
const token = (claims: Bearer['claims'], issuer = 'https://id.example.com'): Principal => ({
  kind: 'token', issuer, subject: 'ann', client: null, audiences: [], permissions: [], claims, expiresAt: Infinity,
});
const said = (tenant: string): LookupFact => ({ kind: 'tenant', tenant, subject: null, permissions: [], until: Infinity });

describe('tenants by claim', () => {
  test('all claims of one match must hold', () => {
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({ org: 'org_1' })), ['acme']);
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({ org: 'org_1' }, 'https://evil.example.com')), []);
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({ org: 'org_2' })), []);
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({ org: 'org_2', plan: 7 })), ['globex']);
  });

  test('a list holds what it contains, and nothing is found in what only looks like one', () => {
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({ org: ['org_0', 'org_1'] })), ['acme']);
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({ org: 'org_0,org_1' })), []);
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token(JSON.parse('{"__proto__":{"org":"org_1"}}') as Bearer['claims'])), []);
  });

  test('two tenants are two, and whoever recognises them both is refused', () => {
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({ org: ['org_1', 'org_2'], plan: '7' })), ['acme', 'globex']);
    assert.deepEqual(recogniseTenants(TABLES, { ...HEAD, pathTenant: 'globex' }, token({ org: 'org_1' })).length, 2);
  });
});

describe('tenants by the authorization API', () => {
  test('its word is looked up among those of the config, and beside all other words', () => {
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({}), said('globex-in-api')), ['globex']);
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({}), said('globex')), []);
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({ org: 'org_1' }), said('acme-in-api')), ['acme']);
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({ org: 'org_1' }), said('globex-in-api')).length, 2);
    assert.deepEqual(recogniseTenants(TABLES, HEAD, token({}), { kind: 'none' }), []);
  });

  test('it is not told the key of a client whose tenant the config names', () => {
    const asked = (client: string) => isLookedUp(TABLES, { kind: 'client', client, permissions: [] });
    assert.deepEqual([asked('acme'), asked('other'), isLookedUp(TABLES, token({})), isLookedUp(TABLES, { kind: 'anonymous' })], [false, true, true, false]);
  });
});

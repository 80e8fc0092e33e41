import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenPassthrough as rule } from '#src/policy/rules/access/token-passthrough.js';
import { existing } from '../../../support/example.js';
import { found, planOf } from '../../support.js';

const plan = (servers: readonly string[] | '*', audience: string) =>
  planOf({
    auth: { clients: null, jwt: { issuer: 'https://id.acme.test', jwks: 'https://id.acme.test/jwks' } },
    servers: { api: existing('https://api.acme.test/mcp'), search: existing('https://search.acme.test/mcp') },
    tenants: { acme: { match: { claim: { org: 'acme' } }, servers, forward: { bearer: { audience } } } },
  });

test('a token that goes to several servers, or that is good at the gateway, is found', () => {
  assert.deepEqual(found(rule, plan('*', 'https://api.acme.test')), ['error tenants.acme.forward.bearer']);
  assert.deepEqual(found(rule, plan(['api'], 'https://mcp.acme.test')), ['error tenants.acme.forward.bearer.audience']);
  assert.deepEqual(found(rule, plan(['api'], 'https://mcp.acme.test/mcp/api')), ['error tenants.acme.forward.bearer.audience']);
});

test('a child and a server with a credential of its own are sent no token', () => {
  const upstream = { auth: { bearer: { secret: 'CRM_TOKEN' } } };
  const servers = { api: existing('https://api.acme.test/mcp'), crm: { ...existing('https://crm.acme.test/mcp'), upstream } };
  const child = { files: { kind: 'stdio', command: ['node', 'files.js'] } } as const;
  const auth = { clients: null, jwt: { issuer: 'https://id.acme.test', jwks: 'https://id.acme.test/jwks' } } as const;
  const acme = { match: { claim: { org: 'acme' } }, servers: '*', forward: { bearer: { audience: 'https://api.acme.test' } } } as const;
  assert.deepEqual(found(rule, planOf({ auth, servers: { ...servers, ...child }, tenants: { acme } })), []);
});

test('a token for the one server that is its audience is not', () => {
  assert.deepEqual(found(rule, plan(['api'], 'https://api.acme.test')), []);
  assert.deepEqual(found(rule, plan(['api'], 'https://mcp.acme.test.evil.test')), []);
});

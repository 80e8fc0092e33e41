/** Which scopes clients are told of, and where. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopesSupported, scopesToConnect, scopesToStepUp } from '#src/gateway/runtime/front/scopes.js';
import { gatewayConfig, tablesOf, type Config } from '../../support/gateway-tables.js';

const http = (rest: Config = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...rest });
const issuer = (name: string, rest: Config = {}) => ({ issuer: `https://${name}.example`, jwks: `https://${name}.example/jwks`, ...rest });
const CONFIG = gatewayConfig({ gateway: { url: 'https://mcp.example.com', sessionKeys: [{ secret: 'SESSION_KEY' }] } });
const PLAIN = tablesOf({ ...CONFIG, auth: { jwt: issuer('id') } });
const RULED = tablesOf({
  ...CONFIG,
  auth: { jwt: [issuer('id', { scopes: ['mcp', 'offline_access'] }), issuer('other', { scopes: ['base'] })] },
  servers: { search: http({ permissions: { list: 'search.see', call: 'search.use' } }), files: http() },
  tenants: {
    acme: {
      match: { claim: { iss: 'https://id.example', org: 'acme' } },
      servers: '*',
      tools: [{ allow: 'search.*', needs: 'acme.search' }, { allow: 'files.*', needs: 'acme.files' }],
    },
    globex: { match: { path: true }, servers: '*', tools: [{ allow: '*', needs: ['globex.any'] }] },
  },
});

test('metadata list every scope that is of use at a server, and none of a tenant that only another path names', () => {
  const base = ['mcp', 'base'];
  assert.deepEqual(scopesSupported(RULED, 'search', null), [...base, 'search.see', 'search.use', 'acme.search']);
  assert.deepEqual(scopesSupported(RULED, 'files', null), [...base, 'acme.files']);
  assert.deepEqual(scopesSupported(RULED, 'files', 'globex'), [...base, 'globex.any']);
  assert.deepEqual(scopesSupported(PLAIN, 'search', null), []);
});

test('a challenge asks for what it takes to connect, and a step-up for all that one operation needs', () => {
  assert.deepEqual(scopesToConnect(RULED, 'search'), ['mcp', 'base', 'search.see']);
  assert.deepEqual(scopesToStepUp(RULED, 'https://other.example', ['search.use', 'acme.search']), ['base', 'search.use', 'acme.search']);
  assert.deepEqual(scopesToStepUp(RULED, null, ['with space', 'with"quote', '', 'fine']), ['fine'], 'what cannot be asked for is not');
});

/** What tables need of the parts of a gateway, and what happens where one is not there. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ALL_FEATURES } from '#src/gateway/runtime/features.js';
import { lackingParts, NEEDS } from '#src/gateway/runtime/decision/needs.js';
import { SettingError } from '#src/gateway/runtime/process/env.js';
import { serve } from '#src/gateway/runtime/serve.js';
import type { GatewayTables } from '#src/gateway/runtime/tables/gateway.js';
import { gatewayConfig, tablesOf, type Config } from '../../support/gateway-tables.js';

const JWT = { issuer: 'https://id.acme.com', jwks: 'https://id.acme.com/jwks' };
const of = (more: Config): GatewayTables => tablesOf(gatewayConfig(more)).raw;
const server = (more: object): Config => ({ servers: { search: { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...more } } });
const tenant = (more: object): Config => ({ tenants: { acme: { match: { path: true }, servers: '*', ...more } } });
const TOKENS = ['ask', 'credentials', 'expiry', 'oauth', 'resources', 'tokens'];

const ROWS: Readonly<Record<string, readonly [tables: GatewayTables, needs: readonly string[]]>> = {
  'nothing': [of({}), []],
  'keys': [of({ auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } } }), ['credentials']],
  'tokens': [of({ auth: { jwt: JWT } }), TOKENS],
  'an authorization API': [
    of({ auth: { lookup: { url: 'https://id.acme.com/tenant' } }, ...tenant({ match: { lookup: 'acme' } }) }),
    ['ask', 'credentials', 'expiry', 'lookup'],
  ],
  'rules on tools': [of(tenant({ tools: [{ allow: '*' }] })), ['denials', 'itemRules', 'items']],
  'a header for a server': [of(server({ upstream: { headers: { 'X-Region': 'eu' } } })), ['toServer', 'towards']],
  'a tenant that servers are told': [of(tenant({ forward: { headers: { 'X-Tenant': { fact: 'tenant' } } } })), ['forward', 'towards', 'vouching']],
  'a rate of the environment': [of({ gateway: { limits: { perClient: { fromEnvironment: true } } } }), ['environmentRate']],
};

describe('parts that tables need', () => {
  for (const [label, [tables, needs]] of Object.entries(ROWS)) test(label, () => assert.deepEqual([...lackingParts(tables, {})].sort(), needs));

  test('are all features, and none is lacking where all are there', () => {
    for (const name of Object.keys(NEEDS)) assert.ok(name in ALL_FEATURES, name);
    for (const [tables] of Object.values(ROWS)) assert.deepEqual(lackingParts(tables, ALL_FEATURES), []);
  });

  for (const [label, [tables, needs]] of Object.entries(ROWS)) {
    for (const part of needs) {
      test(`no gateway starts without them: ${label}, ${part}`, async () => {
        const features = Object.fromEntries(Object.entries(ALL_FEATURES).filter(([name]) => name !== part));
        const starting = serve(tables, features, { PORT: '0' }, () => {});
        await assert.rejects(
          starting, (error) => error instanceof SettingError && error.message === `this gateway was baked without ${part}, which its tables need`,
        );
      });
    }
  }
});

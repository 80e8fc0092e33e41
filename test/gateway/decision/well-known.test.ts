/** Paths of documents for OAuth clients: which exist, what they are about, and which rows ask about them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide, type Decision } from '#src/gateway/runtime/decision/decide.js';
import type { Facts } from '#src/gateway/runtime/decision/facts.js';
import type { Tables } from '#src/gateway/runtime/decision/lookups.js';
import { resourceUrl } from '#src/gateway/runtime/decision/resource-url.js';
import { scopesLacking } from '#src/gateway/runtime/decision/issuer-scopes.js';
import { askedOf, gatewayConfig, tablesOf, type Config, type HeadOptions } from '../../support/gateway-tables.js';

const http = (rest: Config = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...rest });
const issuer = (name: string, rest: Config = {}) => ({ issuer: `https://${name}.example`, jwks: `https://${name}.example/jwks`, ...rest });

const WIDE = gatewayConfig({
  auth: { jwt: [issuer('id')], clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } },
  servers: { search: http(), files: http({ route: '/files' }), hidden: http({ public: false }) },
  tenants: { acme: { match: { client: 'acme' }, servers: '*' }, globex: { match: { path: true }, servers: '*' } },
  gateway: {
    url: 'https://mcp.example.com',
    revisions: ['2024-11-05', '2025-03-26', '2025-11-25', '2026-07-28'],
    sessionKeys: [{ secret: 'SESSION_KEY' }],
  },
});
const TABLES = tablesOf(WIDE);
const ONE = tablesOf(gatewayConfig({ auth: { jwt: [issuer('id')] }, gateway: { revisions: ['2025-06-18'] } }));
const NONE = tablesOf(gatewayConfig({ auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } } }));

const ALLOWED: Facts = { address: { kind: 'ok' } };
const asked = (tables: Tables, target: string, rest: HeadOptions = {}) =>
  askedOf(tables, { method: 'GET', target, ...rest, headers: { 'content-type': undefined, host: 'mcp.example.com', ...rest.headers } });
/** The resource that the document at a path is about; null where there is none. */
const about = (tables: Tables, path: string): string | null => {
  const { wellKnown } = asked(tables, path);
  return wellKnown && (wellKnown.kind === 'resource' ? wellKnown.path : wellKnown.kind);
};
const decided = (tables: Tables, target: string, rest?: HeadOptions): Decision => decide(tables, asked(tables, target, rest), ALLOWED);
const PATH = '/.well-known/oauth-protected-resource';

test('each public route has a document, at its own path and at that of each tenant, in both spellings', () => {
  const resources = ['/mcp/search', '/mcp/search/sse', '/files', '/files/sse'];
  for (const resource of resources.flatMap((path) => [path, `/t/globex${path}`])) {
    for (const spelling of [PATH + resource, `${PATH + resource}/`, `${PATH + resource}?x=1`]) assert.equal(about(TABLES, spelling), resource, spelling);
  }
});

test('what is no resource has none', () => {
  const others = [
    ...['', '/', '/mcp/hidden', '/mcp/nothing', '/mcp/search/message', '/health/servers'],
    ...['/t/acme/mcp/search', '/t/nobody/mcp/search', '/t/globex', '/t/globex/'],
    ...['s/mcp/search', '/mcp/search//', '/t/globex/t/globex/mcp/search', '/MCP/search', '/.well-known/oauth-protected-resource'],
  ];
  for (const path of others) assert.equal(about(TABLES, PATH + path), null, path);
  for (const path of [`/mcp/search${PATH}`, `/t/globex${PATH}/mcp/search`, '/.well-known/openid-configuration']) {
    const { wellKnown, route } = asked(TABLES, path);
    assert.deepEqual([wellKnown, route], [null, undefined], path);
  }
});

test('the root form is there where there is one server, and the mirror where clients of 2025-03-26 are served', () => {
  for (const path of [PATH, `${PATH}/`]) assert.equal(about(ONE, path), '/mcp/search');
  for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/oauth-authorization-server/']) {
    assert.equal(about(TABLES, path), 'authorization-server');
    assert.equal(about(ONE, path), null, 'no such client is served');
  }
  const two = tablesOf({ ...WIDE, auth: { jwt: [issuer('id'), issuer('other')] }, tenants: { acme: { match: { path: true }, servers: '*' } } });
  assert.equal(about(two, '/.well-known/oauth-authorization-server'), null, 'nobody knows which one');
});

test('without an authorization server there is nothing to say', () => {
  assert.deepEqual(decided(NONE, `${PATH}/mcp/search`, { headers: { host: 'localhost' } }), {
    ...{ kind: 'refuse', step: 'route', reason: 'unknown-route', status: 404, code: 404, message: 'Not found', at: 'servers', idText: null },
  });
});

test('a declared route of that path stays what it was declared to be', () => {
  const tables = tablesOf({ ...WIDE, servers: { search: http(), odd: http({ route: `${PATH}/mcp/search` }) } });
  assert.equal(asked(tables, `${PATH}/mcp/search`).route?.server, 'odd');
  assert.equal(about(tables, `${PATH}/mcp/search/`), '/mcp/search');
});

test('only the normal form, the host, the method and the address of a request are asked about', () => {
  const answer = { kind: 'answer', step: 'body', what: 'wellknown' };
  const target = `${PATH}/t/globex/mcp/search`;
  assert.deepEqual(decided(TABLES, target), answer);
  assert.deepEqual(decided(TABLES, target, { method: 'HEAD' }), answer);
  assert.deepEqual(decided(TABLES, target, { headers: { origin: 'https://anybody.example' } }), answer, 'any page may read it');
  assert.deepEqual(decided(TABLES, target, { headers: { origin: 'null' } }), answer);
  const preflight = { origin: 'https://anybody.example', 'access-control-request-method': 'GET' };
  assert.deepEqual(decided(TABLES, target, { method: 'OPTIONS', headers: preflight }), { kind: 'answer', step: 'preflight', what: 'preflight' });
  const reasonOf = (rest: HeadOptions, facts = ALLOWED): string => {
    const decision = decide(TABLES, asked(TABLES, target, rest), facts);
    return decision.kind === 'refuse' ? decision.reason : decision.kind;
  };
  assert.equal(reasonOf({ method: 'POST' }), 'method-not-allowed');
  assert.equal(reasonOf({ method: 'DELETE' }), 'method-not-allowed');
  assert.equal(reasonOf({ method: 'OPTIONS' }), 'method-not-allowed');
  assert.equal(reasonOf({ headers: { host: 'evil.example' } }), 'unknown-host');
  assert.equal(reasonOf({}, { address: { kind: 'empty', retryAfter: 3 } }), 'address-rate');
  assert.equal(reasonOf({}, {}), 'need');
});

test('the resource of a request is what its client dials, whatever host it names', () => {
  const urlOf = (target: string, host = 'mcp.example.com') => resourceUrl(TABLES, asked(TABLES, target, { headers: { host } }));
  assert.equal(urlOf('/mcp/search'), 'https://mcp.example.com/mcp/search');
  assert.equal(urlOf('/t/globex/mcp/search', 'localhost'), 'https://mcp.example.com/t/globex/mcp/search');
  assert.equal(urlOf('/mcp/search/sse'), 'https://mcp.example.com/mcp/search/sse');
  assert.equal(urlOf('/mcp/search/message?sessionId=x'), 'https://mcp.example.com/mcp/search/sse', 'a message belongs to the stream that was dialled');
  assert.equal(urlOf('/t/globex/mcp/search/message'), 'https://mcp.example.com/t/globex/mcp/search/sse');
});

const RULED = tablesOf({
  ...WIDE,
  auth: {
    clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } },
    jwt: [issuer('id', { scopes: ['mcp', 'offline_access'] }), issuer('other', { scopes: ['base'] })],
  },
});

test('a token without the scopes of its issuer is refused before its tenant is asked about', () => {
  const token = { kind: 'token', issuer: 'https://id.example', subject: 'ann', client: null, audiences: [], claims: {}, expiresAt: Infinity } as const;
  const head = askedOf(RULED, { headers: { host: 'mcp.example.com' } });
  const judge = (permissions: readonly string[]): Decision => decide(RULED, head, { ...ALLOWED, principal: { ...token, permissions }, tenants: [] });
  const lacking = judge(['other']);
  assert.ok(lacking.kind === 'refuse');
  assert.deepEqual([lacking.status, lacking.reason, lacking.at, lacking.scopes], [403, 'scope-insufficient', 'auth.jwt', ['mcp', 'offline_access']]);
  const enough = judge(['mcp', 'offline_access', 'more']);
  assert.ok(enough.kind === 'refuse' && enough.reason === 'tenant-unknown');
  assert.equal(scopesLacking(TABLES, { ...token, permissions: [] }), null);
});

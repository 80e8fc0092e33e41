/** Identity: from the config to the plan, and on into the tables. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import { least, planOf, type Json } from '../support/planned.js';

const secret = (name: string) => ({ secret: name });
const ID = { issuer: 'https://id.acme.com', jwks: 'https://id.acme.com/jwks' };

const trafficOf = (config: Json) => planOf(least(config)).traffic;
const authOf = (auth: Json, more: Json = {}) => trafficOf({ auth, ...more }).auth;

describe('who is believed', () => {
  test('nobody, by default', () => {
    const nobody = { wanted: false, environmentKeys: false, issuers: [], lookup: null, authorizationServers: [], claims: [] };
    assert.deepEqual(trafficOf({}).auth, nobody);
  });

  test('credentials are wanted as soon as there is anything that tells callers apart', () => {
    const clients = { ci: { keys: [secret('CI')] } };
    const lookup = { url: 'https://id.acme.com/tenant' };
    for (const auth of [{ clients }, { jwt: ID }, { lookup }]) assert.equal(authOf(auth).wanted, true, JSON.stringify(auth));
    assert.equal(authOf({}).wanted, false);
  });

  test('issuers, with what their kind of key can sign', () => {
    const acme = { issuer: 'acme', secret: secret('TOKENS'), audience: 'a', leeway: '5s', maxAge: '1h', scopes: ['b', 'a'] };
    const [shared, published] = authOf({ jwt: [ID, acme] }).issuers;
    assert.deepEqual(shared, {
      issuer: 'acme', keys: { kind: 'secret', secret: 'TOKENS' }, audiences: ['a'], algorithms: ['HS256'], leeway: 5000, maxAge: 3_600_000, scopes: ['a', 'b'],
      from: 'auth.jwt.1',
    });
    assert.deepEqual([published?.keys, published?.audiences, published?.leeway, published?.maxAge], [{ kind: 'jwks', url: ID.jwks }, null, 30_000, null]);
    // A public key that also verified HS256 would be a secret that everybody has (RFC 8725 §2.1).
    assert.ok(published && published.algorithms.length === 10 && !published.algorithms.includes('HS256'));
    assert.deepEqual(authOf({ jwt: { ...ID, algorithms: ['ES256'] } }).issuers[0]?.algorithms, ['ES256']);
  });

  test('authorization servers are the issuers that publish keys, unless they are named', () => {
    assert.deepEqual(authOf({ jwt: [{ issuer: 'acme', secret: secret('TOKENS') }, ID] }).authorizationServers, [ID.issuer]);
    assert.deepEqual(authOf({ jwt: ID, authorizationServers: ['https://b.com', 'https://a.com'] }).authorizationServers, ['https://b.com', 'https://a.com']);
    assert.deepEqual(authOf({ lookup: { url: 'https://id.acme.com/tenant' } }).authorizationServers, []);
  });

  test('a lookup, its header in lower case', () => {
    assert.deepEqual(authOf({ lookup: { url: 'https://id.acme.com/t', header: 'X-Token' } }).lookup, {
      url: 'https://id.acme.com/t', cache: 60_000, header: 'x-token', timeout: 2000,
    });
  });

  test('the claims that something reads', () => {
    const tenants = {
      a: { match: [{ claim: { org: '1' } }, { claim: { team: 'x', org: '2' } }], forward: { headers: { 'X-Mail': { claim: 'email' }, 'X-P': 'gold' } } },
    };
    const traffic = trafficOf({ auth: { jwt: ID }, tenants });
    assert.deepEqual(traffic.auth.claims, ['email', 'org', 'team']);
    assert.deepEqual(traffic.tenants[0]?.match.claims, [[['org', '1']], [['org', '2'], ['team', 'x']]]);
    const matches = gatewayTables(planOf(least({ auth: { jwt: ID }, tenants }))).matches;
    assert.deepEqual(matches.claims, [{ tenant: 'a', claims: [['org', '1']] }, { tenant: 'a', claims: [['org', '2'], ['team', 'x']] }]);
  });
});

describe('rule sets', () => {
  const args = { 'a.path': { under: '/srv' }, 'a': { equals: 1 } };
  const tools = [{ deny: 'web.delete_*' }, { allow: '*.get_*', needs: ['b', 'a'] }, { allow: 'run', args }];
  const of = (tenants: Json) => trafficOf({ auth: { clients: { ci: { keys: [secret('CI')] } } }, tenants });

  test('are those of the config, in their order', () => {
    const all = ['prompt', 'resource', 'tool'] as const;
    assert.deepEqual(of({ a: { match: { path: true }, tools } }).ruleSets, [
      {
        id: 'a',
        rules: [
          { effect: 'deny', server: 'web', name: 'delete_*', kinds: all, args: [], needs: [] },
          { effect: 'allow', server: null, name: 'get_*', kinds: all, args: [], needs: ['a', 'b'] },
          {
            effect: 'allow', server: null, name: 'run', kinds: ['tool'], needs: [],
            args: [['a', { kind: 'in', values: [1] }], ['a.path', { kind: 'under', path: '/srv' }]],
          },
        ],
      },
    ]);
  });

  test('are kept once for all tenants that have the same', () => {
    const traffic = of({
      b: { match: { path: true }, tools }, a: { match: { path: true }, tools }, c: { match: { path: true } }, d: { match: { path: true }, tools: [] },
    });
    assert.deepEqual(traffic.tenants.map(({ name, tools }) => [name, tools]), [['a', 'a'], ['b', 'a'], ['c', null], ['d', 'd']]);
    assert.deepEqual(traffic.ruleSets.map(({ id, rules }) => [id, rules.length]), [['a', 3], ['d', 0]]);
  });

  test('tell servers from URIs and names that have dots', () => {
    const SAID = {
      '*': [null, '*'], '*.*': [null, '*'], 'web.*': ['web', '*'], 'web.a.b': ['web', 'a.b'], '*.a.b': [null, 'a.b'],
      'https://a.com/*': [null, 'https://a.com/*'], 'file:///a/b.txt': [null, 'file:///a/b.txt'], 'Tool.x': [null, 'Tool.x'],
      'get_user.x': [null, 'get_user.x'],
    } as const;
    for (const [allow, wanted] of Object.entries(SAID)) {
      const [rule] = of({ a: { match: { path: true }, tools: [{ allow }] } }).ruleSets[0]?.rules ?? [];
      assert.deepEqual([rule?.server, rule?.name], wanted, allow);
    }
  });
});

describe('security headers', () => {
  const of = (gateway: Json) => Object.fromEntries(trafficOf({ gateway: { sessionKeys: [secret('K')], ...gateway } }).headers);

  test('are safe by default', () => {
    const safe = {
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'", 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    };
    assert.deepEqual(of({}), safe);
    assert.deepEqual(of({ url: 'https://mcp.acme.com' }), { ...safe, 'strict-transport-security': 'max-age=31536000' });
    // Over http a browser must not hear of it (RFC 6797 §7.2).
    assert.deepEqual(of({ url: 'http://mcp.acme.com' }), safe);
  });

  test('are as written, and left out where they are false; nosniff always is there', () => {
    const headers = { hsts: 'max-age=60; includeSubDomains', csp: false, frame: 'SAMEORIGIN', referrer: false, permissions: 'camera=()' };
    assert.deepEqual(of({ url: 'https://mcp.acme.com', headers }), {
      'permissions-policy': 'camera=()', 'strict-transport-security': 'max-age=60; includeSubDomains', 'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
    });
  });
});

describe('towards servers', () => {
  const servers = (upstream: Json) => ({ web: { kind: 'http', instances: [{ url: 'https://web.acme.com/mcp' }], upstream } });
  const toServer = (upstream: Json) => trafficOf({ auth: { jwt: ID }, servers: servers(upstream) }).pools[0]?.toServer;
  const NOTHING = { headers: [], auth: null, tls: null, exchange: null };

  test('nothing is said by default', () => {
    for (const upstream of [{}, { headers: {} }, { tls: {} }]) assert.equal(toServer(upstream), null);
  });

  test('headers, a credential, certificates, an exchange', () => {
    const headers = { 'X-B': 'b', 'X-A': secret('A') };
    assert.deepEqual(toServer({ headers }), { ...NOTHING, headers: [['x-a', { secret: 'A' }], ['x-b', { text: 'b' }]] });
    assert.deepEqual(toServer({ auth: { bearer: secret('B') } }), { ...NOTHING, auth: { header: 'authorization', scheme: 'Bearer', secret: 'B' } });
    assert.deepEqual(toServer({ auth: { header: 'X-Key', secret: secret('B') } }), { ...NOTHING, auth: { header: 'x-key', scheme: null, secret: 'B' } });
    const pem = '-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----';
    const tls = { ca: pem, cert: secret('CERT'), key: secret('KEY') };
    assert.deepEqual(toServer({ tls }), { ...NOTHING, tls: { ca: { text: pem }, cert: { secret: 'CERT' }, key: { secret: 'KEY' } } });
    const exchange = { url: 'https://id.acme.com/token', client: { id: 'gw', secret: secret('GW') }, scopes: ['b', 'a'], grant: 'id-jag' };
    const client = { id: 'gw', secret: 'GW' };
    assert.deepEqual(toServer({ exchange }), { ...NOTHING, exchange: { ...exchange, client, audience: null, scopes: ['a', 'b'] } });
  });

  test('what servers are told of a tenant’s callers', () => {
    const forward = (written: Json) => trafficOf({ auth: { jwt: ID }, tenants: { a: { match: { path: true }, forward: written } } }).tenants[0]?.forward;
    assert.equal(forward({}), null);
    const headers = { 'X-T': { fact: 'tenant' }, 'X-A': 'a' };
    assert.deepEqual(forward({ signed: { prefix: 'X-TB-', secret: secret('S') }, bearer: { audience: 'crm' }, headers }), {
      signed: { prefix: 'X-TB-', secret: 'S' }, bearer: { audience: 'crm' }, headers: [['x-a', { text: 'a' }], ['x-t', { fact: 'tenant' }]],
    });
  });
});

test('networks, permissions and limits, where they are declared', () => {
  const of = (cidrs: readonly string[]) => ({ allow: { cidrs } });
  const traffic = trafficOf({
    gateway: { ...of(['10.0.0.0/8', '::1', '::1']), admin: of(['127.0.0.1']), limits: { perClient: { rate: '5/s', streams: 3, fromEnvironment: true } } },
    auth: { clients: { ci: { keys: [secret('CI')] } }, environmentKeys: true },
    servers: { web: { kind: 'http', image: 'x', ...of(['10.1.0.0/16']), permissions: { call: 'write' } } },
    tenants: { a: { match: { path: true }, ...of(['10.1.1.1']) } },
  });
  assert.deepEqual([traffic.allow, traffic.admin?.allow, traffic.pools[0]?.allow, traffic.tenants[0]?.allow], [
    ['10.0.0.0/8', '::1'], ['127.0.0.1'], ['10.1.0.0/16'], ['10.1.1.1'],
  ]);
  assert.deepEqual(traffic.pools[0]?.permissions, { call: 'write', list: null });
  assert.deepEqual(traffic.limits.perClient, { rate: { tokens: 5, window: 1000 }, streams: 3, fromEnvironment: true });
  assert.equal(traffic.auth.environmentKeys, true);
});

test('every secret of identity is one that the gateway reads, with what it is for', () => {
  const client = { id: 'a', secret: secret('EXCHANGE') };
  const { infra } = planOf(least({
    auth: { jwt: [ID, { issuer: 'acme', secret: secret('TOKENS') }] },
    servers: {
      web: {
        kind: 'http', instances: [{ url: 'https://web.acme.com/mcp' }],
        upstream: {
          headers: { 'X-A': secret('HEADER') }, auth: { bearer: secret('BEARER') }, tls: { ca: secret('CA'), cert: secret('CERT'), key: secret('KEY') },
        },
      },
      crm: { kind: 'http', image: 'x', upstream: { exchange: { url: 'https://id.acme.com/t', client, grant: 'id-jag' } } },
      old: { kind: 'http', image: 'x', upstream: { auth: { header: 'X-Key', secret: secret('OLD') } } },
    },
    tenants: { a: { match: { path: true }, forward: { signed: { prefix: 'X-TB-', secret: secret('SIGNING') } } } },
  }));
  const lines = infra.secrets.map(({ name, uses }) => [
    name, ...uses.map(({ workload, purpose, subject, from }) => `${workload} ${purpose} ${subject} ${from}`),
  ]);
  assert.deepEqual(lines, [
    ['BEARER', 'gateway upstream-credential web servers.web.upstream.auth.bearer'],
    ['CA', 'gateway upstream-tls web servers.web.upstream.tls.ca'],
    ['CERT', 'gateway upstream-tls web servers.web.upstream.tls.cert'],
    ['EXCHANGE', 'gateway exchange-client crm servers.crm.upstream.exchange.client.secret'],
    ['HEADER', 'gateway upstream-credential web servers.web.upstream.headers.X-A'],
    ['KEY', 'gateway upstream-tls web servers.web.upstream.tls.key'],
    ['OLD', 'gateway upstream-credential old servers.old.upstream.auth.secret'],
    ['SIGNING', 'gateway signing-key a tenants.a.forward.signed.secret'],
    ['TOKENS', 'gateway token-secret acme auth.jwt.1.secret'],
  ]);
  assert.deepEqual(infra.gateway.env.map(({ name }) => name), infra.secrets.map(({ name }) => name));
});

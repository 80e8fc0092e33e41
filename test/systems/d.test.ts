/** System D, `toolbridge`: what the API is told of the tenant and of the user, and that it believes nobody but the gateway. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { startAuthorizationServer, type AuthorizationServer } from '../support/authorization-server.js';
import { initialize, modern, modernHeaders, request, type ErrorBody } from '../support/gateway-messages.js';
import { secretValue, startGateway, type RunningGateway } from '../support/gateway.js';
import { ask, type HttpAnswer } from '../support/http.js';
import { answerAll, json, startUpstream, type Behave, type FakeUpstream } from '../support/upstreams.js';
import { API, GATEWAY, PREFIX, shippedVerifier, toolbridge } from './toolbridge.js';

const SECRET = secretValue('TENANT_HEADER_SECRET');
const LIST = request('tools/list');
const bearing = (token: string) => ({ authorization: `Bearer ${token}` });
const reasonOf = ({ status, text }: HttpAnswer): unknown[] => [status, (JSON.parse(text) as ErrorBody).error.data.reason];

/** The API: 401 for whatever its copy of the verifier does not believe; else it answers with the tenant. */
async function apiOf(secret: string): Promise<Behave> {
  const verifyTenant = await shippedVerifier();
  return (one) => {
    const tenant = verifyTenant(one, { prefix: PREFIX, secrets: [secret] });
    if (tenant === null) return void one.response.writeHead(401).end();
    if (one.message?.id === undefined) return answerAll(one);
    const isFirst = one.message.method === 'initialize';
    const result = isFirst ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'api', version: '1' } } : { tenant };
    json(one.response, { jsonrpc: '2.0', id: one.message.id, result });
  };
}
const tenantIn = ({ text }: HttpAnswer): unknown => (JSON.parse(text) as { result?: { tenant?: unknown } }).result?.tenant;

let id: AuthorizationServer;
let api: FakeUpstream;
let docs: FakeUpstream;
let gateway: RunningGateway;
const poolsOf = () => ({ api: [api.url], docs: [docs.url] });
const post = (
  of: RunningGateway, headers: Readonly<Record<string, string>>, message: unknown = LIST, path = '/mcp/api',
) => ask(of.port, { path, headers, message });
const token = (claims: Readonly<Record<string, unknown>> = {}): string => id.token(
  { aud: [GATEWAY, API], org: 'acme', scope: 'tools', client_id: 'app', ...claims },
);
const last = (of: FakeUpstream) => of.received.at(-1) ?? assert.fail('nothing came');

before(async () => {
  id = await startAuthorizationServer();
  api = await startUpstream();
  docs = await startUpstream();
  gateway = await startGateway({ config: toolbridge({ issuer: id.issuer, jwks: id.jwksUrl }), pools: poolsOf() });
});
beforeEach(async () => {
  api.behave = await apiOf(SECRET);
});

describe('D3 the API verifies which tenant it is asked for', () => {
  test('D3 X-TB-Tenant-ID, X-TB-Timestamp (ms) and X-TB-Signature are believed by the shipped verifier, in both eras and in sessions', async () => {
    const before = Date.now();
    assert.equal(tenantIn(await post(gateway, bearing(token()))), 'acme');
    assert.equal(tenantIn(await post(gateway, bearing(token({ org: 'globex' })))), 'globex');
    assert.equal(tenantIn(await post(gateway, { ...bearing(token()), ...modernHeaders('tools/list') }, modern('tools/list'))), 'acme');
    assert.equal((await post(gateway, bearing(token()), initialize)).status, 200);
    const { headers } = last(api);
    assert.deepEqual([headers['x-tb-tenant-id'], /^[0-9a-f]{64}$/.test(headers['x-tb-signature'] ?? '')], ['acme', true]);
    assert.match(headers['x-tb-timestamp'] ?? '', /^\d{13}$/);
    assert.ok(Math.abs(Number(headers['x-tb-timestamp']) - before) < 60_000);
  });

  test('D3 what a caller claims is left out, in every spelling, and whoever comes past the gateway is refused', async () => {
    const forged = { 'X-TB-Tenant-ID': 'globex', 'X-TB-Timestamp': `${Date.now()}`, 'X-TB-Signature': '0'.repeat(64), 'x_tb_tenant_id': 'globex' };
    assert.equal(tenantIn(await post(gateway, { ...bearing(token()), ...forged })), 'acme');
    assert.ok(!last(api).rawHeaders.includes('globex'));
    assert.equal((await ask(api.port, { path: '/mcp', headers: forged, message: LIST })).status, 401);
    assert.equal((await ask(api.port, { path: '/mcp', message: LIST })).status, 401);
  });

  test('D3 another secret on the one side is 502 with a reason, and no 401 that clients would take for theirs', async () => {
    api.behave = await apiOf('a secret of the API that nobody told the gateway');
    // No token of this caller has gone on, so it can only be about the gateway.
    const refused = await post(gateway, bearing(token({ org: 'globex' })));
    assert.deepEqual([...reasonOf(refused), refused.headers['www-authenticate']], [502, 'upstream-denied', undefined]);
  });

  describe('D3 the successor: an authorization API says which tenant', () => {
    const ANSWERS: Readonly<Record<string,
    unknown>> = { 'Bearer of-ann-at-acme': { tenant: 'org_acme', subject: 'ann' }, 'Bearer of-bob': { tenant: 'org_nobody' } };
    const knows: Behave = ({ headers, response }) => {
      const answer = ANSWERS[headers['authorization'] ?? ''];
      return answer === undefined ? void response.writeHead(401).end() : json(response, answer);
    };
    const signed = { signed: { prefix: PREFIX, secret: { secret: 'TENANT_HEADER_SECRET' } } };
    const configOf = (url: string) =>
      toolbridge(undefined, {
        auth: { lookup: { url, header: 'authorization', cache: '60s', timeout: '500ms' } },
        tenants: {
          acme: { match: { lookup: 'org_acme' }, servers: ['api'], forward: signed },
          globex: { match: { lookup: 'org_globex' }, servers: ['api'], forward: signed },
        },
      });

    test('D3 by its word alone, asked once, and the API of the tools hears the tenant’s name and no credential', async () => {
      const authority = await startUpstream(knows);
      const successor = await startGateway({ config: configOf(authority.url), pools: poolsOf() });
      for (let i = 0; i < 3; i++) assert.equal(tenantIn(await post(successor, { ...bearing('of-ann-at-acme'), 'X-TB-Tenant-ID': 'globex' })), 'acme');
      assert.equal(authority.received.length, 1);
      assert.equal(last(api).headers['authorization'], undefined);
      assert.deepEqual(reasonOf(await post(successor, bearing('of-bob'))), [403, 'tenant-unknown']);
      assert.deepEqual(reasonOf(await post(successor, bearing('of-nobody'))), [401, 'credentials-invalid']);
      assert.deepEqual(reasonOf(await post(successor, {})), [401, 'credentials-missing']);
      authority.behave = ({ response }) => void response.socket?.destroy();
      const heard = api.received.length;
      assert.deepEqual(reasonOf(await post(successor, bearing('of-somebody-new'))), [503, 'lookup-unavailable'], 'its silence lets nobody in');
      assert.equal(api.received.length, heard);
      assert.equal(tenantIn(await post(successor, bearing('of-ann-at-acme'))), 'acme', 'what it has said counts for its time');
      await successor.stop();
    });
  });
});

describe('D4 the client’s JWT', () => {
  test('D4 is validated at the gateway: what is wrong with it never reaches the API', async () => {
    const { length } = api.received;
    const other = await startAuthorizationServer();
    const mine = token();
    const [head, , signature] = mine.split('.');
    const payload = Buffer.from(JSON.stringify({ iss: id.issuer, aud: [GATEWAY, API], org: 'globex', sub: 'ann', exp: 4_000_000_000 })).toString('base64url');
    for (const [why, text] of Object.entries({
      'for the API alone': token({ aud: API }),
      'expired': token({ exp: Math.floor(Date.now() / 1000) - 120 }),
      'older than an hour': token({ iat: Math.floor(Date.now() / 1000) - 7200 }),
      'of another issuer': other.token({ aud: [GATEWAY, API], org: 'acme' }),
      'of another issuer that says it is ours': other.token({ iss: id.issuer, aud: [GATEWAY, API], org: 'acme' }),
      'with another payload': `${head}.${payload}.${signature}`,
      'unsigned': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
      'no token': 'eyJhbGciOiJub25lIn0',
    })) {
      const answer = await post(gateway, bearing(text));
      assert.deepEqual(reasonOf(answer), [401, 'credentials-invalid'], why);
      assert.match(answer.headers['www-authenticate'] ?? '', /error="invalid_token"/, why);
    }
    assert.deepEqual(reasonOf(await post(gateway, bearing(token({ org: 'nobody' })))), [403, 'tenant-unknown']);
    assert.equal(api.received.length, length);
  });

  test('D4 goes on, as it came, to the API that is its audience', async () => {
    const mine = token();
    assert.equal(tenantIn(await post(gateway, bearing(mine))), 'acme');
    assert.equal(last(api).headers['authorization'], `Bearer ${mine}`);
    const claims = id.read(mine)?.claims ?? assert.fail();
    assert.deepEqual(claims['aud'], [GATEWAY, API], 'the API can judge it by itself');
  });

  test('D4 never elsewhere: not without that audience, not for a tenant that does not say so, not to another server', async () => {
    for (const aud of [GATEWAY, [GATEWAY, 'https://other-api.acme.dev'], [GATEWAY, `${API}/`], [GATEWAY, API.toUpperCase()]]) {
      assert.equal((await post(gateway, bearing(token({ aud })))).status, 200);
      assert.equal(last(api).headers['authorization'], undefined, JSON.stringify(aud));
    }
    const globex = token({ org: 'globex' });
    for (const [path, server] of [['/mcp/api', api], ['/mcp/docs', docs]] as const) {
      assert.equal((await post(gateway, bearing(globex), LIST, path)).status, 200);
      assert.ok(!last(server).rawHeaders.join().includes(globex), path);
    }
    assert.deepEqual(reasonOf(await post(gateway, bearing(token()), LIST, '/mcp/docs')), [403, 'server-not-granted']);
    for (const { rawHeaders } of docs.received) assert.ok(!/eyJ/.test(rawHeaders.join()));
  });

  test('D4 in a header or a query of another name it goes nowhere, and no log has it', async () => {
    const mine = token();
    await post(gateway, { ...bearing(mine), 'x-forwarded-authorization': mine, 'x-access-token': 'passed', 'proxy-authorization': `Bearer ${mine}` });
    const { headers } = last(api);
    assert.deepEqual([headers['x-forwarded-authorization'], headers['proxy-authorization']], [undefined, undefined]);
    assert.ok(!JSON.stringify(gateway.logs).includes(mine) && !/eyJ/.test(JSON.stringify(gateway.logs)));
  });

  test('D4 the API’s own 401 for that token is the gateway’s challenge, never the API’s', async () => {
    api.behave = ({ response }) => void response.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="https://evil.test"' }).end();
    const answer = await post(gateway, bearing(token()));
    assert.deepEqual(reasonOf(answer), [401, 'token-denied']);
    assert.ok(!answer.lines.join().includes('evil'));
  });
});

/** What callers say about themselves does not reach a server: by rule, whatever proxy or cloud the name comes from. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { request } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { as, client, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, type HttpAnswer } from '../../support/http.js';
import { startUpstream, type FakeUpstream } from '../../support/upstreams.js';

const server = (more = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...more });
let upstream: FakeUpstream;
let gateway: RunningGateway;

before(async () => {
  upstream = await startUpstream();
  gateway = await startGateway({
    config: gatewayConfig({
      auth: { clients: { acme: client('acme') } },
      tenants: { acme: { match: { client: 'acme' }, servers: '*' } },
      origins: { app: ['tauri://localhost', 'chrome-extension://ABCDEFGHIJKLMNOPabcdefghijklmnop'] },
      servers: { search: server(), told: server({ transform: { request: { pass: ['X-User-Id', 'Remote-User'] } } }) },
      gateway: {
        ...{ admin: {}, limits: { perAddress: '100000/s' } },
        url: 'https://mcp.acme.com',
        trustedProxies: ['127.0.0.9'],
        sessionKeys: [{ secret: 'K_SESSION' }],
      },
    }),
    pools: { search: [upstream.url], told: [upstream.url] },
  });
});

const CLAIMS = [
  'Remote-User', 'Remote-Groups', 'X-Auth-Request-User', 'X-Auth-Request-Email', 'X-Goog-Authenticated-User-Email', 'X-Goog-Iap-Jwt-Assertion',
  'X-Amzn-Oidc-Data', 'X-Amzn-Oidc-Identity', 'Cf-Access-Jwt-Assertion', 'Cf-Connecting-Ip', 'X-Consumer-Username', 'X-Consumer-Custom-Id',
  'X-Forwarded-User', 'X-Forwarded-Preferred-Username', 'X-Forwarded-Anything', 'True-Client-Ip', 'X-Http-Method-Override', 'X-Method-Override', 'Proxy',
  'X-Tenant', 'X-Tenant-Id', 'Tenant', 'X-Acme-Tenant', 'X-Role', 'X-User-Roles', 'X-Org-Id', 'X-Organization', 'X-Organisation-Name', 'X-User',
  'X-User-Email', 'X-Username', 'User-Id', 'X-Account', 'X-Remote-User', 'X-Webauth-User', 'X-Ms-Client-Principal-Name', 'Impersonate-User', 'Forwarded',
  'X-Real-Ip', 'X-Original-Url', 'X-Rewrite-Url', 'X-Client-Cert', 'Client-Cert', 'X-Authenticated-Userid', 'Tailscale-User-Login', 'X-Hasura-Role',
];
const PASSED = ['User-Agent', 'Mcp-Param-User-Id', 'Mcp-Param-Tenant', 'Accept-Language', 'X-Requested-With', 'Traceparent', 'X-Custom', 'X-Amzn-Trace-Id'];
const post = (headers: Readonly<Record<string, string | string[]>>, path = '/mcp/search', extra = {}): Promise<HttpAnswer> =>
  ask(gateway.port, { path, message: request('tools/list'), headers: { ...as('acme'), host: 'mcp.acme.com', ...headers }, ...extra });
const received = () => upstream.received.at(-1)?.headers ?? assert.fail();

describe('field-34 claims', () => {
  test('field-34a no server gets one, in any case, with dashes or underscores', async () => {
    const spelled = CLAIMS.flatMap((name) => [name, name.toUpperCase(), name.replaceAll('-', '_'), name.replace('-', '_')]);
    for (const name of spelled) {
      assert.equal((await post({ [name]: 'spoofed' })).status, 200, name);
      assert.ok(!Object.values(received()).includes('spoofed'), name);
    }
  });

  test('field-34a what claims nothing goes on', async () => {
    await post(Object.fromEntries(PASSED.map((name) => [name, `value of ${name}`])));
    for (const name of PASSED) assert.equal(received()[name.toLowerCase()], `value of ${name}`, name);
  });

  test('field-34b what a server asks for by name goes to it alone, under that name', async () => {
    await post({ 'x-user-id': 'u1', 'Remote-User': 'u2', 'X-User-Role': 'admin', x_user_id: 'u3' }, '/mcp/told');
    const { 'x-user-id': id, 'remote-user': user, 'x-user-role': role, x_user_id: other } = received();
    assert.deepEqual([id, user, role, other], ['u1', 'u2', undefined, undefined]);
    await post({ 'x-user-id': 'u1' });
    assert.equal(received()['x-user-id'], undefined);
  });

  test('field-34c what Connection names goes nowhere, also where an nginx in front repeats it', async () => {
    for (const name of ['connection', 'x-forwarded-connection']) {
      await post({ [name]: 'keep-alive, X-Custom', 'x-custom': '1', 'x-other': '2' });
      const { 'x-custom': custom, 'x-other': other, 'x-forwarded-connection': repeated } = received();
      assert.deepEqual([custom, other, repeated], [undefined, '2', undefined], name);
    }
  });
});

describe('field-28 by what the client came', () => {
  const way = async (headers: Readonly<Record<string, string>>): Promise<unknown[]> => {
    await post(headers);
    const { 'x-forwarded-host': host, 'x-forwarded-proto': proto, 'x-forwarded-port': port } = received();
    return [host, proto, port];
  };

  test('the config says it of the public name, the request of other names, and nobody else is asked', async () => {
    assert.deepEqual(await way({}), ['mcp.acme.com', 'https', '443']);
    assert.deepEqual(await way({ 'x-forwarded-proto': 'http', 'x-forwarded-port': '1' }), ['mcp.acme.com', 'https', '443']);
    assert.deepEqual(await way({ host: 'localhost:8080' }), ['localhost', 'http', '8080']);
    assert.deepEqual(await way({ host: 'localhost' }), ['localhost', 'http', '80']);
  });
});

test('field-36a two different Authorization headers leave open whose request it is; the same one twice does not', async () => {
  const { authorization } = as('acme');
  const twice = await post({ authorization: [authorization, authorization] });
  assert.equal(twice.status, 200);
  for (const other of ['Bearer somebody-else', authorization.toLowerCase(), '']) {
    const answer = await post({ authorization: [authorization, other] });
    assert.equal(answer.status, 400, other);
    assert.match(answer.text, /"reason":"repeated-header"/);
  }
});

describe('field-13 preflights', () => {
  const allowed = async (asked: string): Promise<string> => {
    const { status, headers } = await ask(gateway.port, {
      method: 'OPTIONS',
      path: '/mcp/search',
      headers: {
        ...{ host: 'mcp.acme.com', origin: 'tauri://localhost' },
        ...{ 'access-control-request-method': 'POST', 'access-control-request-headers': asked },
      },
    });
    assert.equal(status, 204);
    return String(headers['access-control-allow-headers']);
  };

  test('allow the arguments that are asked for, and no other header', async () => {
    const list = await allowed('authorization, Mcp-Param-Region,mcp-param-tenant_id , x-evil, mcp-param-, mcp-param-a b, mcp-paramx');
    assert.match(list, /, mcp-param-region, mcp-param-tenant_id$/);
    assert.doesNotMatch(list, /evil|mcp-param-(?:,|$|a b)|mcp-paramx/);
  });

  test('of them no more than fifty, and none that is very long', async () => {
    const many = await allowed(Array.from({ length: 80 }, (_, i) => `mcp-param-p${i}`).join(','));
    assert.equal(many.match(/mcp-param-/g)?.length, 50);
    assert.doesNotMatch(await allowed(`mcp-param-${'a'.repeat(101)}`), /mcp-param-/);
  });
});

test('field-12 the origin of an installed app is accepted whole, in any case, and no other of its scheme', async () => {
  for (const [origin, status] of [
    ['tauri://localhost', 200], ['TAURI://LocalHost', 200], ['chrome-extension://abcdefghijklmnopabcdefghijklmnop', 200],
    ['tauri://localhost.evil.example', 403], ['chrome-extension://abcdefghijklmnopabcdefghijklmnoo', 403], ['tauri://localhost/', 403], ['null', 403],
  ] as const) {
    const answer = await post({ origin });
    assert.equal(answer.status, status, origin);
    assert.equal(answer.headers['access-control-allow-origin'], status === 200 ? origin : undefined, origin);
  }
});

describe('field-17 refusals can be diagnosed', () => {
  test('field-17a a line of 404 or 421 says what was asked for, bounded, escaped and without its query', async () => {
    const long = 'x'.repeat(300);
    await post({ host: `evil-${long}.example` });
    await post({}, `/mcp/${long}?sessionId=secret`);
    await post({}, '/mcp/ser%E2%80%AEch');
    await post({ 'mcp-session-id': 'unknown' });
    const line = (reason: string) => gateway.waitFor('request', (one) => one['reason'] === reason);
    const host = await line('unknown-host');
    assert.deepEqual([host['status'], host['host'], host['path']], [421, `evil-${long}.example`.slice(0, 200), '/mcp/search']);
    const route = await line('unknown-route');
    assert.deepEqual([route['status'], route['host'], route['path']], [404, 'mcp.acme.com', `/mcp/${long}`.slice(0, 200)]);
    assert.equal((await line('path-not-literal'))['path'], '/mcp/ser%E2%80%AEch');
    assert.equal((await line('session-unknown'))['path'], '/mcp/search');
    assert.ok(!JSON.stringify(gateway.logs).includes('secret'));
  });

  test('field-17b every JSON error has a reason and the name that the log has: the admin listener too', async () => {
    const answer = await ask(gateway.adminPort, { path: '/nowhere?token=secret' });
    const { error, data } = JSON.parse(answer.text) as { error: string; data: { reason: string; requestId: string } };
    assert.deepEqual([answer.status, error, data.reason], [404, 'not found', 'unknown-route']);
    const line = await gateway.waitFor('admin-refused');
    assert.deepEqual([line['request_id'], line['path'], line['reason']], [data.requestId, '/nowhere', 'unknown-route']);
  });
});

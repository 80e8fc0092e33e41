/** What OAuth clients are told by a running gateway: documents for everybody, and challenges in answers of 401. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { startAuthorizationServer, type AuthorizationServer } from '../../support/authorization-server.js';
import { as, client, startGateway, type RunningGateway } from '../../support/gateway.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { initialize, request } from '../../support/gateway-messages.js';
import { ask, dial, requestBytes, type AskOptions } from '../../support/http.js';
import { answerAll, startUpstream, withSessions, type FakeUpstream } from '../../support/upstreams.js';

const URL_OF = 'https://mcp.example.com';
const PATH = '/.well-known/oauth-protected-resource';

let gateway: RunningGateway;
let server: AuthorizationServer;
let upstream: FakeUpstream;

before(async () => {
  server = await startAuthorizationServer();
  upstream = await startUpstream();
  const http = { kind: 'http', instances: [{ url: upstream.url }] };
  const config = gatewayConfig({
    auth: { clients: { acme: client('acme'), broke: client('broke') }, jwt: { issuer: server.issuer, jwks: server.jwksUrl, scopes: ['mcp:use'] } },
    origins: { app: 'https://app.example.com' },
    servers: { search: http, files: { ...http, permissions: { list: 'files:see' } } },
    tenants: {
      acme: { match: [{ client: 'acme' }, { path: true }], servers: '*', origins: ['app'] },
      broke: { match: { client: 'broke' }, servers: [], rate: '1/h' },
    },
    gateway: { url: URL_OF, revisions: ['2024-11-05', '2025-03-26', '2025-11-25', '2026-07-28'], sessionKeys: [{ secret: 'SESSION_KEY' }] },
  });
  gateway = await startGateway({ config, pools: { search: [upstream.url], files: [upstream.url] } });
});

const get = (path: string, options: AskOptions = {}) => ask(gateway.port, { path, ...options });
const LIST = request('tools/list', {}, 'a');

test('the document of a route names what the client dials, who gives tokens for it, and which scopes there are', async () => {
  for (const path of ['/mcp/search', '/mcp/search/sse', '/t/acme/mcp/search']) {
    const { status, headers, text } = await get(PATH + path);
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['cache-control'], 'public, max-age=300');
    assert.deepEqual(JSON.parse(text), {
      resource: URL_OF + path,
      authorization_servers: [server.issuer],
      scopes_supported: ['mcp:use'],
      bearer_methods_supported: ['header'],
    });
    assert.equal((await get(`${PATH}${path}/`)).text, text, 'the other spelling');
  }
  const { scopes_supported: scopes } = JSON.parse((await get(`${PATH}/mcp/files`)).text) as { readonly scopes_supported: readonly string[] };
  assert.deepEqual(scopes, ['mcp:use', 'files:see']);
});

test('no host that a request names gets into a document or a challenge', async () => {
  const headers = { 'host': 'localhost:1234', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'forwarded': 'host=evil.example' };
  assert.equal((JSON.parse((await get(`${PATH}/mcp/search`, { headers })).text) as { readonly resource: string }).resource, `${URL_OF}/mcp/search`);
  const refused = await get('/mcp/search', { headers, message: LIST });
  assert.match(refused.headers['www-authenticate'] ?? '', /^Bearer resource_metadata="https:\/\/mcp\.example\.com\//);
  assert.equal((await get(`${PATH}/mcp/search`, { headers: { host: 'evil.example' } })).status, 421);
});

test('any page may read it, and nobody needs credentials, a tenant or a place', async () => {
  const origin = 'https://anybody.example';
  const read = await get(`${PATH}/mcp/search`, { headers: { origin } });
  assert.deepEqual([read.status, read.headers['access-control-allow-origin']], [200, '*']);
  assert.equal(read.headers['access-control-allow-credentials'], undefined);
  const asks = { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'mcp-protocol-version' };
  const preflight = await get(`${PATH}/mcp/search`, { method: 'OPTIONS', headers: asks });
  assert.deepEqual([preflight.status, preflight.headers['access-control-allow-origin']], [204, '*']);
  assert.equal(preflight.headers['access-control-allow-methods'], 'GET, HEAD');
  assert.match(preflight.headers['access-control-allow-headers'] ?? '', /MCP-Protocol-Version/);
  // Wrong credentials, and those of a client that may use nothing, are nobody's business here.
  for (const authorization of ['Bearer wrong', as('broke').authorization]) {
    for (let times = 0; times < 3; times++) assert.equal((await get(`${PATH}/mcp/search`, { headers: { authorization } })).status, 200);
  }
});

test('it is read with GET and HEAD alone', async () => {
  const head = await get(`${PATH}/mcp/search`, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-type'], head.text], [200, 'application/json', '']);
  for (const method of ['POST', 'DELETE', 'PUT', 'OPTIONS']) {
    const { status, headers } = await get(`${PATH}/mcp/search`, { method, headers: { origin: 'https://anybody.example' } });
    assert.deepEqual([status, headers['allow'], headers['access-control-allow-origin']], [405, 'GET, HEAD', '*'], method);
  }
});

test('what is not served has no document', async () => {
  for (const path of [PATH, `${PATH}/`, `${PATH}/mcp/nothing`, `${PATH}/t/nobody/mcp/search`, `${PATH}/health/servers`, `/mcp/search${PATH}`]) {
    const { status, headers } = await get(path);
    assert.deepEqual([status, headers['content-type']], [404, 'application/json'], path);
  }
});

/** What a challenge says. */
async function challengeOf(options: AskOptions): Promise<Readonly<Record<string, string>>> {
  const { status, headers } = await ask(gateway.port, options);
  assert.equal(status, 401);
  const [scheme, ...rest] = (headers['www-authenticate'] ?? '').split(' ');
  assert.equal(scheme, 'Bearer');
  return Object.fromEntries([...rest.join(' ').matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));
}

test('who comes without a token is told where to get one, and for which scopes', async () => {
  const described = (path: string) => ({ resource_metadata: `${URL_OF}${PATH}${path}`, scope: 'mcp:use' });
  const cases: readonly (readonly [string, AskOptions, string])[] = [
    ['/mcp/search', { message: LIST }, '/mcp/search'],
    ['/mcp/search', { method: 'GET' }, '/mcp/search'],
    ['/mcp/search', { method: 'DELETE' }, '/mcp/search'],
    ['/t/acme/mcp/search', { message: LIST }, '/t/acme/mcp/search'],
    ['/mcp/search/sse', {}, '/mcp/search/sse'],
    ['/mcp/search/message?sessionId=x', { message: LIST }, '/mcp/search/sse'],
  ];
  for (const [path, options, resource] of cases) {
    const challenge = await challengeOf({ path, ...options });
    assert.deepEqual(challenge, described(resource), path);
    assert.equal((await get(new URL(challenge['resource_metadata'] ?? '').pathname)).status, 200, 'and it is there');
  }
  assert.equal((await challengeOf({ path: '/mcp/files', message: LIST }))['scope'], 'mcp:use files:see');
});

test('only who sent a token is told that it is no good', async () => {
  const path = '/mcp/search';
  assert.equal((await challengeOf({ path, message: LIST, headers: { authorization: 'Bearer of-nobody' } }))['error'], 'invalid_token');
  assert.equal((await challengeOf({ path, message: LIST, headers: { 'x-api-key': 'of-nobody' } }))['error'], undefined);
  assert.equal((await challengeOf({ path, message: LIST }))['error'], undefined);
  const expired = server.token({ aud: `${URL_OF}${path}`, scope: 'mcp:use', exp: Math.floor(Date.now() / 1000) - 3600 });
  for (const method of ['POST', 'GET', 'DELETE']) {
    const message = method === 'POST' ? { message: LIST } : {};
    assert.equal((await challengeOf({ path, method, ...message, headers: { authorization: `Bearer ${expired}` } }))['error'], 'invalid_token', method);
  }
});

test('a page of an accepted origin may read the challenge', async () => {
  const { headers } = await get('/mcp/search', { message: LIST, headers: { origin: 'https://app.example.com' } });
  assert.match(headers['access-control-expose-headers'] ?? '', /WWW-Authenticate/);
});

test('a 403 never speaks of the token', async () => {
  const { status, headers } = await get('/mcp/search', { message: LIST, headers: as('broke') });
  assert.deepEqual([status, headers['www-authenticate']], [403, undefined]);
});

test('a demand of a server for credentials is never passed on', async () => {
  const demand = { 'www-authenticate': 'Bearer error="invalid_token", resource_metadata="https://evil.example/"', 'content-type': 'application/json' };
  try {
    for (const [theirs, ours] of [[401, 502], [407, 502], [403, 403]] as const) {
      upstream.behave = ({ response }) => void response.writeHead(theirs, demand).end('{}');
      for (const options of [{ message: LIST }, { method: 'GET' }, { method: 'DELETE' }] satisfies AskOptions[]) {
        const { status, headers } = await get('/mcp/search', { ...options, headers: as('acme') });
        assert.deepEqual([status, headers['www-authenticate']], [ours, undefined], `${theirs} to ${options.method ?? 'POST'}`);
      }
    }
  } finally {
    upstream.behave = answerAll;
  }
});

test('a session that is fine hears no 401 on any of its requests', async () => {
  upstream.behave = withSessions();
  try {
    const opened = await get('/mcp/search', { message: initialize, headers: as('acme') });
    const headers = { ...as('acme'), 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' };
    assert.equal((await get('/mcp/search', { message: LIST, headers })).status, 200);
    upstream.behave = ({ response, method }) => void response.writeHead(method === 'POST' ? 202 : 405).end();
    for (const method of ['GET', 'DELETE']) assert.equal((await get('/mcp/search', { method, headers })).status, 405);
  } finally {
    upstream.behave = answerAll;
  }
});

test('the metadata of the authorization server are at the origin for clients of 2025-03-26, and nothing waits for them', async () => {
  const path = '/.well-known/oauth-authorization-server';
  server.faults.set('metadata', 'slow');
  const waiting = get(path);
  while (server.asked.every(({ endpoint }) => endpoint !== 'metadata')) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await get(`${PATH}/mcp/search`)).status, 200);
  assert.equal((await get('/mcp/search', { message: LIST, headers: as('acme') })).status, 200);
  const unavailable = await waiting;
  assert.equal(unavailable.status, 503);
  assert.match(unavailable.headers['retry-after'] ?? '', /^[1-5]$/);
  assert.equal((JSON.parse(unavailable.text) as { error: { data: { reason: string } } }).error.data.reason, 'issuer-unavailable');
  assert.equal((await gateway.waitFor('authorization-server-unavailable'))['issuer'], server.issuer);
});

test('a token for the stream of 2024-11-05 is good for the messages that belong to it', async () => {
  const token = server.token({ aud: `${URL_OF}/t/acme/mcp/search/sse`, scope: 'mcp:use' });
  const headers = { authorization: `Bearer ${token}` };
  const connection = await dial(gateway.port);
  connection.send(requestBytes({ path: '/t/acme/mcp/search/sse', headers }));
  assert.equal((await connection.head()).status, 200);
  const { text } = await connection.body((sofar) => sofar.includes('\n\n'));
  const path = /^data: (.*)$/m.exec(text)?.[1] ?? '';
  assert.equal((await get(path, { message: initialize, headers })).status, 202);
  connection.close();
});

/**
 * Clients that know nothing but a URL get a token and call a tool: the official client, registered dynamically and known by a document, and one that speaks
 * 2025-03-26 alone. The gateway is a resource server; a small authorization server stands beside it.
 */
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, test, type TestContext } from 'node:test';
import { startAuthorizationServer, type AuthorizationServer } from '../support/authorization-server.js';
import type { Claims } from '../support/authorization/keys.js';
import { textOf } from '../support/client.js';
import { frontDoor, type FrontDoor } from '../support/front-door.js';
import { startGateway, type RunningGateway } from '../support/gateway.js';
import { initialize } from '../support/gateway-messages.js';
import { gatewayConfig } from '../support/gateway-tables.js';
import { mcpServer } from '../support/mcp-upstream.js';
import { Provider } from '../support/oauth-provider.js';
import { json, startUpstream } from '../support/upstreams.js';

const API = 'https://api.example';
const PATH = '/t/acme/mcp/echo';

let server: AuthorizationServer;
let door: FrontDoor;
let gateway: RunningGateway;
before(async () => {
  server = await startAuthorizationServer({ path: '/realms/acme', scopes: ['mcp:use', 'tools:wait'], audience: API });
  door = await frontDoor();
  const upstream = await startUpstream(mcpServer());
  const issuer = { issuer: server.issuer, jwks: server.jwksUrl, scopes: ['mcp:use'], leeway: '1s' };
  const config = gatewayConfig({
    auth: { jwt: issuer },
    servers: { echo: { kind: 'http', instances: [{ url: upstream.url }] }, older: { kind: 'http', instances: [{ url: upstream.url }] } },
    tenants: { acme: { match: { path: true }, servers: '*', tools: [{ allow: '*.wait', needs: 'tools:wait' }, { allow: '*' }] } },
    gateway: { url: door.url, revisions: ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'] },
  });
  gateway = await startGateway({ config, pools: { echo: [upstream.url], older: [upstream.url] } });
  door.leadTo(gateway.port);
});

const url = () => new URL(door.url + PATH);
/** Connects as often as it takes until nobody is sent to the authorization server any more. */
async function connect(t: TestContext, provider: Provider): Promise<Client> {
  for (let times = 0; times < 2; times++) {
    const transport = new StreamableHTTPClientTransport(url(), { authProvider: provider });
    const client = new Client({ name: 'test', version: '1' });
    try {
      await client.connect(transport as Parameters<Client['connect']>[0]);
      t.after(() => client.close());
      return client;
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) throw error;
      await transport.finishAuth(provider.code);
    }
  }
  throw new Error('it was sent to the authorization server again and again');
}

interface Echoed {
  readonly said: unknown;
  readonly authorization: string | null;
}
async function echo(client: Client, word: string): Promise<Echoed> {
  return JSON.parse(textOf(await client.callTool({ name: 'echo', arguments: { word } }))) as Echoed;
}
/** What clients have asked of the authorization server since, in order, beside its metadata. */
function askedSince(since: number): readonly string[] {
  const asked = server.asked.slice(since).filter(({ endpoint }) => endpoint !== 'jwks' && endpoint !== 'metadata');
  return asked.map(({ endpoint, form }) => form.get('grant_type') ?? endpoint);
}

test('the official client discovers, registers, gets a token for this route, and calls a tool', async (t) => {
  const provider = new Provider();
  const since = server.asked.length;
  const client = await connect(t, provider);
  assert.deepEqual(await echo(client, 'hello'), { said: { word: 'hello' }, authorization: null }, 'its token goes no further');
  assert.deepEqual(askedSince(since), ['register', 'authorize', 'authorization_code']);
  const claims = server.read(provider.held?.access_token ?? '')?.claims;
  assert.deepEqual([claims?.['aud'], claims?.['scope']], [url().href, 'mcp:use'], 'for what it dialled, with the scope that the challenge names');
  assert.deepEqual((await client.listTools()).tools.map(({ name }) => name), ['echo', 'wait'], 'what a step-up can reach is listed');
});

test('the official client is known by the document at its URL, and registers nowhere', async (t) => {
  const id = 'https://client.example/oauth/app.json';
  const documents = await startUpstream(({ response }) => json(response, { ...new Provider().clientMetadata, client_id: id }));
  server.clients.documents.set(id, documents.url);
  const provider = new Provider(id);
  const since = server.asked.length;
  const client = await connect(t, provider);
  assert.deepEqual((await echo(client, 'hi')).said, { word: 'hi' });
  assert.deepEqual(askedSince(since), ['authorize', 'authorization_code']);
  assert.equal(server.read(provider.held?.access_token ?? '')?.claims['client_id'], id);
});

test('a tool that needs more is refused with 403, and works with the token that the challenge asks for', async (t) => {
  const provider = new Provider();
  const client = await connect(t, provider);
  // With a refresh token this client refreshes, which gives it no scope more, and gives up.
  provider.forgetRefreshToken();
  const before = provider.sent.length;
  // The client is sent to the authorization server for the scopes of the challenge.
  await assert.rejects(client.callTool({ name: 'wait' }), UnauthorizedError);
  assert.equal(provider.sent.length, before + 1);
  assert.deepEqual(provider.sent.at(-1)?.searchParams.get('scope')?.split(' ').sort(), ['mcp:use', 'tools:wait']);
  const line = await gateway.waitFor('request', ({ reason }) => reason === 'scope-insufficient');
  assert.equal(line['status'], 403);
  await (client.transport as StreamableHTTPClientTransport).finishAuth(provider.code);
  const controller = new AbortController();
  const waiting = client.callTool({ name: 'wait' }, undefined, { signal: controller.signal });
  // It is answered by a stream now, whose end nobody waits for.
  await gateway.waitFor('audit', ({ kind, tool }) => kind === 'tool-call' && tool === 'wait');
  controller.abort();
  await assert.rejects(waiting);
  assert.deepEqual((await echo(client, 'still')).said, { word: 'still' }, 'the session goes on with the new token');
});

test('a stream ends with the token that opened it, and the client goes on with the next one', async (t) => {
  const provider = new Provider();
  server.expiresIn = 4;
  const since = gateway.logs.length;
  try {
    const client = await connect(t, provider);
    // The client opens a stream by itself, to listen on.
    const ended = await gateway.waitFor('request', ({ method, reason }) => method === 'GET' && reason === 'token-expired', since);
    assert.equal(ended['status'], 200);
    server.expiresIn = 3600;
    const asked = server.asked.length;
    assert.deepEqual((await echo(client, 'on')).said, { word: 'on' });
    assert.ok(provider.held?.refresh_token);
    assert.ok(server.asked.some(({ form }) => form.get('grant_type') === 'refresh_token'));
    assert.ok(server.asked.slice(asked).every(({ endpoint }) => endpoint !== 'authorize'), 'nobody was asked to consent again');
  } finally {
    server.expiresIn = 3600;
  }
});

test('an expired token is 401 with invalid_token on every method, and a good one never is', async () => {
  const post = (token: string, method: string, session?: string, message?: unknown): Promise<Response> =>
    fetch(url(), {
      method,
      headers: {
        ...{ 'authorization': `Bearer ${token}`, 'content-type': 'application/json', 'accept': 'application/json, text/event-stream' },
        ...(session !== undefined && { 'mcp-session-id': session }),
      },
      ...(message !== undefined && { body: JSON.stringify(message) }),
    });
  const now = Math.floor(Date.now() / 1000);
  const good = server.token({ aud: url().href, scope: 'mcp:use' });
  const expired = server.token({ aud: url().href, scope: 'mcp:use', iat: now - 100, exp: now - 50 });
  const opened = await post(good, 'POST', undefined, initialize);
  const session = opened.headers.get('mcp-session-id') ?? '';
  assert.equal(opened.status, 200);
  for (const [method, message] of [['POST', initialize], ['GET', undefined], ['DELETE', undefined]] as const) {
    const refused = await post(expired, method, session, message);
    await refused.body?.cancel();
    assert.equal(refused.status, 401, method);
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer error="invalid_token", resource_metadata="/);
  }
  const listening = await post(good, 'GET', session);
  assert.equal(listening.status, 200);
  await listening.body?.cancel();
  assert.equal((await post(good, 'DELETE', session)).status, 200);
});

test('a token for another route or another tenant is no good here', async () => {
  for (const aud of [`${door.url}/mcp/echo`, `${door.url}/t/acme/mcp/older`, `${door.url}`, API, `${url().href}/x`, url().href.toUpperCase()]) {
    const token = server.token({ aud, scope: 'mcp:use' });
    const response = await fetch(url(), { method: 'POST', headers: { 'authorization': `Bearer ${token}`, 'content-type': 'application/json' }, body: '{}' });
    await response.body?.cancel();
    assert.equal(response.status, 401, String(aud));
  }
});

/** As 2025-03-26 has it: metadata at the origin of the server, defaults where there are none, and no resource in any request. */
async function tokenAsOf20250326(mcp: URL): Promise<string> {
  const version = { 'mcp-protocol-version': '2025-03-26' };
  const found = await fetch(new URL('/.well-known/oauth-authorization-server', mcp.origin), { headers: version });
  const metadata = found.ok ? ((await found.json()) as Claims) : {};
  const at = (name: string, usual: string): URL => new URL(String(metadata[name] ?? usual), mcp.origin);
  const back = 'http://127.0.0.1:1/callback';
  const registered = await fetch(at('registration_endpoint', '/register'), {
    method: 'POST',
    body: JSON.stringify({ client_name: 'old', redirect_uris: [back], token_endpoint_auth_method: 'none' }),
  });
  const { client_id: id } = (await registered.json()) as { readonly client_id: string };
  const verifier = 'one-of-rfc-7636-that-is-long-enough-for-that';
  const authorize = at('authorization_endpoint', '/authorize');
  const challenge = { code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' };
  authorize.search = new URLSearchParams({ response_type: 'code', client_id: id, redirect_uri: back, scope: 'mcp:use', ...challenge }).toString();
  const sent = await fetch(authorize, { redirect: 'manual' });
  const code = new URL(sent.headers.get('location') ?? '').searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', client_id: id, code, redirect_uri: back, code_verifier: verifier };
  const token = await fetch(at('token_endpoint', '/token'), { method: 'POST', body: new URLSearchParams(form) });
  return ((await token.json()) as { readonly access_token: string }).access_token;
}

test('a client that speaks 2025-03-26 alone finds the authorization server at the origin, and calls a tool', async () => {
  const upstream = await startUpstream(mcpServer());
  const itsDoor = await frontDoor();
  // Such a client names no resource, so the issuer's own audience has to do.
  const config = gatewayConfig({
    auth: { jwt: { issuer: server.issuer, jwks: server.jwksUrl, audience: API } },
    servers: { echo: { kind: 'http', instances: [{ url: upstream.url }] } },
    gateway: { url: itsDoor.url, revisions: ['2025-03-26', '2025-11-25'] },
  });
  const itsGateway = await startGateway({ config, pools: { echo: [upstream.url] } });
  itsDoor.leadTo(itsGateway.port);
  const mcp = new URL(`${itsDoor.url}/mcp/echo`);
  const send = (message: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(mcp, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept': 'application/json, text/event-stream', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', ...(message as object) }),
    });
  const opening = { id: 1, method: 'initialize', params: { protocolVersion: '2025-03-26', capabilities: {}, clientInfo: { name: 'old', version: '1' } } };
  const refused = await send(opening);
  assert.equal(refused.status, 401);
  const authorization = `Bearer ${await tokenAsOf20250326(mcp)}`;
  const opened = await send(opening, { authorization });
  assert.equal(opened.status, 200, await opened.text());
  const headers = { authorization, 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
  const called = await send({ id: 2, method: 'tools/call', params: { name: 'echo', arguments: { word: 'old' } } }, headers);
  const { result } = (await called.json()) as { readonly result: Parameters<typeof textOf>[0] };
  assert.deepEqual((JSON.parse(textOf(result)) as Echoed).said, { word: 'old' });
});

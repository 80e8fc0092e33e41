/** The authorization server of the tests does what the specifications say: tests that use it rest on that. */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import { startAuthorizationServer, type AuthorizationServer } from './authorization-server.js';
import { ACCESS_TOKEN, ID_JAG, JWT_BEARER, TOKEN_EXCHANGE } from './authorization/grants.js';
import type { Claims, SigningAlgorithm } from './authorization/keys.js';

const RESOURCE = 'http://127.0.0.1:1/mcp/search';
const BACK = 'http://127.0.0.1:1/callback';
const VERIFIER = 'a-verifier-that-is-long-enough-to-be-one-of-rfc-7636';

const getJson = async (url: string): Promise<Claims> => (await (await fetch(url)).json()) as Claims;

async function post({ tokenUrl }: AuthorizationServer, form: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly said: Claims }> {
  const response = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, said: (await response.json()) as Claims };
}

/** Asks for a code as a client that is known by `id`. */
async function codeFor({ issuer }: AuthorizationServer, id: string, query: Readonly<Record<string, string>> = {}): Promise<string> {
  const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' };
  const all = { response_type: 'code', client_id: id, redirect_uri: BACK, resource: RESOURCE, ...pkce, ...query };
  const response = await fetch(`${issuer}/authorize?${new URLSearchParams(all)}`, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? 'none://').searchParams.get('code') ?? '';
}

async function register({ issuer }: AuthorizationServer): Promise<string> {
  const body = JSON.stringify({ redirect_uris: [BACK], token_endpoint_auth_method: 'none' });
  const response = await fetch(`${issuer}/register`, { method: 'POST', body });
  return String(((await response.json()) as Claims)['client_id']);
}

test('a registered client gets a token by code and PKCE for the resource that it names, once', async () => {
  const server = await startAuthorizationServer({ path: '/realms/one', scopes: ['read', 'write'] });
  assert.equal((await getJson(server.metadataUrl))['issuer'], server.issuer);
  assert.equal((await getJson(`${server.issuer}/.well-known/openid-configuration`))['token_endpoint'], server.tokenUrl);
  const id = await register(server);
  const form = { grant_type: 'authorization_code', client_id: id, redirect_uri: BACK, code_verifier: VERIFIER, resource: RESOURCE };
  assert.equal((await post(server, { ...form, code: await codeFor(server, id), code_verifier: 'another' })).said['error'], 'invalid_grant');
  const code = await codeFor(server, id, { scope: 'read admin' });
  const { said } = await post(server, { ...form, code });
  const claims = server.read(String(said['access_token']))?.claims;
  assert.deepEqual([claims?.['aud'], claims?.['scope'], claims?.['sub'], claims?.['client_id']], [RESOURCE, 'read', 'ann', id]);
  assert.equal((await post(server, { ...form, code })).said['error'], 'invalid_grant', 'a code works once');
  const refreshed = await post(server, { grant_type: 'refresh_token', client_id: id, refresh_token: String(said['refresh_token']) });
  assert.equal(server.read(String(refreshed.said['access_token']))?.claims['scope'], 'read');
  assert.equal(await codeFor(server, id, { redirect_uri: 'https://elsewhere.example/' }), '');
});

test('each algorithm signs what its published key verifies, and rotation keeps the old keys until they are retired', async () => {
  const server = await startAuthorizationServer();
  for (const algorithm of ['RS256', 'PS384', 'ES256', 'ES512', 'EdDSA'] as SigningAlgorithm[]) {
    server.rotate(algorithm);
    assert.ok(server.read(server.token()), algorithm);
  }
  const jwks = (await getJson(server.jwksUrl)) as { readonly keys: readonly Claims[] };
  assert.equal(jwks.keys.length, 6);
  const [head = '', body = '', signature = ''] = server.token().split('.');
  const key = createPublicKey({ key: jwks.keys[0] as Record<string, string>, format: 'jwk' });
  assert.ok(verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')));
  server.retire();
  assert.equal(((await getJson(server.jwksUrl))['keys'] as unknown[]).length, 1);
});

test('tokens are exchanged, and an ID-JAG of one server is redeemed at another that trusts it', async () => {
  const home = await startAuthorizationServer();
  const other = await startAuthorizationServer({ trusts: [home] });
  for (const server of [home, other]) server.clients.declare({ id: 'gateway', secret: 's3cret' });
  const as = { client_id: 'gateway', client_secret: 's3cret' };
  const exchange = { ...as, grant_type: TOKEN_EXCHANGE, subject_token: home.token({ aud: RESOURCE }), subject_token_type: ACCESS_TOKEN };
  const plain = await post(home, { ...exchange, audience: 'https://api.example' });
  assert.equal(home.read(String(plain.said['access_token']))?.claims['aud'], 'https://api.example');
  const jag = await post(home, { ...exchange, requested_token_type: ID_JAG, audience: other.issuer, resource: RESOURCE, scope: 'read' });
  assert.equal(jag.said['issued_token_type'], ID_JAG);
  const redeem = { ...as, grant_type: JWT_BEARER, assertion: String(jag.said['access_token']) };
  const claims = other.read(String((await post(other, redeem)).said['access_token']))?.claims;
  assert.deepEqual([claims?.['sub'], claims?.['aud'], claims?.['scope']], ['ann', RESOURCE, 'read']);
  assert.equal((await post(home, redeem)).said['error'], 'invalid_grant', 'it is for the other server');
  assert.equal((await post(home, { ...exchange, client_secret: 'wrong' })).status, 401);
  const own = await post(home, { ...as, grant_type: 'client_credentials', resource: RESOURCE, scope: 'read' });
  assert.equal(home.read(String(own.said['access_token']))?.claims['sub'], 'gateway');
});

test('an endpoint misbehaves as the test says', async () => {
  const server = await startAuthorizationServer();
  server.faults.set('jwks', 'redirecting');
  assert.equal((await fetch(server.jwksUrl, { redirect: 'manual' })).status, 302);
  server.faults.set('jwks', 'down');
  await assert.rejects(fetch(server.jwksUrl));
  server.faults.set('jwks', 'huge');
  const reader = (await fetch(server.jwksUrl)).body?.getReader();
  let size = 0;
  while (size < 2 ** 22) size += (await reader?.read())?.value?.length ?? 0;
  await reader?.cancel();
  server.faults.delete('jwks');
  await server.kill();
  await assert.rejects(fetch(server.jwksUrl));
  await server.revive();
  assert.equal((await fetch(server.jwksUrl)).status, 200);
});

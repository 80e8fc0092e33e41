/** Challenges of cases that a gateway meets with tokens alone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bearer } from '#src/gateway/runtime/decision/facts.js';
import { REASON_OF_FAULT, REASONS } from '#src/gateway/runtime/decision/reasons.js';
import { challengeOf, type Challenged } from '#src/gateway/runtime/front/challenge.js';
import { refusalAnswer } from '#src/gateway/runtime/front/respond.js';
import { askedOf, gatewayConfig, tablesOf } from '../../support/gateway-tables.js';

const issuer = (name: string, scopes: readonly string[]) => ({ issuer: `https://${name}.example`, jwks: `https://${name}.example/jwks`, scopes });
const TABLES = tablesOf(
  gatewayConfig({
    auth: { jwt: [issuer('id', ['mcp']), issuer('other', ['base'])] },
    tenants: { acme: { match: { path: true }, servers: '*' } },
    gateway: { url: 'https://mcp.example.com', sessionKeys: [{ secret: 'SESSION_KEY' }] },
  }),
);
const TOKEN: Bearer = {
  ...{ kind: 'token', issuer: 'https://other.example', subject: 'ann', client: null, audiences: [], permissions: ['base'], claims: {}, expiresAt: Infinity },
};
const HEAD = askedOf(TABLES, { headers: { host: 'mcp.example.com', authorization: 'Bearer x' } });
const METADATA = 'resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource/mcp/search"';
const say = (challenged: Challenged, head = HEAD) => challengeOf(TABLES, head, challenged, TOKEN);

test('a step-up names all scopes of the operation, with those that the issuer of this token wants anyway', () => {
  const challenge = say({ reason: 'scope-insufficient', scopes: ['files:write', 'files:read', 'base'] });
  assert.equal(challenge, `Bearer error="insufficient_scope", ${METADATA}, scope="base files:write files:read"`);
  const refusal = { ...REASONS['scope-insufficient'], kind: 'refuse', step: 'credentials', reason: 'scope-insufficient', at: '', idText: '"a"' } as const;
  const { status, headers, body } = refusalAnswer(TABLES, HEAD, refusal, 'id', challenge);
  assert.equal(status, 403);
  assert.equal(headers[headers.indexOf('www-authenticate') + 1], challenge);
  assert.equal((JSON.parse(body) as { id: string }).id, 'a');
});

test('no reason of status 403 says that a token is invalid', () => {
  for (const [reason, { status }] of Object.entries(REASONS) as [keyof typeof REASONS, { status: number }][]) {
    if (status === 403) assert.doesNotMatch(say({ reason }), /invalid_token/, reason);
  }
});

test('a server that does not accept the token of its caller gets our own challenge', () => {
  assert.equal(REASON_OF_FAULT['token-denied'], 'token-denied');
  assert.equal(REASONS['token-denied'].status, 401);
  assert.equal(say({ reason: 'token-denied' }), `Bearer error="invalid_token", ${METADATA}, scope="mcp base"`);
});

test('values are quoted, and what no scope can be is left out', () => {
  const challenge = say({ reason: 'scope-insufficient', scopes: ['a"b', 'c\\d', 'e\r\nSet-Cookie: x', 'f g', 'ü', 'offline_access', 'ok'] });
  assert.equal(challenge, `Bearer error="insufficient_scope", ${METADATA}, scope="base ok"`);
});

test('a route that is no resource has a plain challenge', () => {
  const head = askedOf(TABLES, { method: 'GET', target: '/health/servers', headers: { host: 'mcp.example.com' } });
  assert.equal(say({ reason: 'credentials-missing' }, head), 'Bearer scope="mcp base"');
});

/**
 * Messages of callers with tokens that one replica relays to another: what a token says goes with the word of the replica that has read it, and ends with it.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Bearer } from '#src/gateway/runtime/decision/facts.js';
import type { Tables } from '#src/gateway/runtime/decision/lookups.js';
import { vouchedBy } from '#src/gateway/runtime/answer/sse/relay.js';
import { createSealer, type SessionState } from '#src/gateway/runtime/identity/session.js';
import { digest } from '#src/gateway/runtime/wire/digest.js';
import { request } from '../../../support/gateway-messages.js';
import { askedOf, tablesOf } from '../../../support/gateway-tables.js';
import type { RunningGateway } from '../../../support/gateway.js';
import { issuerKey, startIssuer, type Issuer } from '../../../support/issuer.js';
import { startUpstream, withSessions, type FakeUpstream } from '../../../support/upstreams.js';
import { AUDIENCE, bearing, issuerTable, startTokenGateway, tokenConfig } from '../../front/token-gateway.js';
import { initialize, openStream } from './support.js';

const CONFIG = tokenConfig({ replicas: 2, revisions: ['2024-11-05', '2025-11-25'] });
const KEY = 'session key of at least thirty-two bytes';

describe('two replicas and a token', () => {
  let issuer: Issuer;
  let upstream: FakeUpstream;
  let holds: RunningGateway;
  let takes: RunningGateway;
  before(async () => {
    issuer = await startIssuer([issuerKey('EdDSA', 'one')], AUDIENCE);
    upstream = await startUpstream();
    upstream.behave = withSessions('relayed');
    const start = () => startTokenGateway([issuerTable(issuer)], { config: CONFIG, pools: { search: [upstream.url] } });
    [holds, takes] = await Promise.all([start(), start()]);
  });
  after(async () => {
    await Promise.all([holds.stop(), takes.stop()]);
    await issuer.close();
  });

  test('what is posted at one comes to the stream at the other, and nobody else can post to it', async () => {
    const token = issuer.token('ann', { scope: 'tools:read', azp: 'app' });
    const opened = await openStream(holds.port, '/mcp/search/sse', null, bearing(token));
    const at = { port: takes.port };
    assert.equal((await opened.post(initialize, at)).status, 202);
    await opened.messages(1);
    assert.equal((await opened.post(request('tools/list', {}, 2), at)).status, 202);
    assert.equal((await opened.messages(2)).at(-1)?.['id'], 2);
    const line = await holds.waitFor('request', ({ rpc, status }) => rpc === 'tools/list' && status === 202);
    assert.deepEqual([line['subject'], line['client']], ['ann', 'app'], 'the owner knows whose it is, without the token');
    // Another subject, and nobody at all.
    assert.equal((await opened.post(request('tools/list', {}, 3), { ...at, headers: bearing(issuer.token('bob')) })).status, 404);
    assert.equal((await opened.post(request('tools/list', {}, 4), { ...at, headers: bearing('x') })).status, 401);
    // The next token of the same subject is as good.
    assert.equal((await opened.post(request('tools/list', {}, 5), { ...at, headers: bearing(issuer.token('ann', { jti: 'next' })) })).status, 202);
    opened.close();
  });
});

describe('a proof about a token', () => {
  const plain = tablesOf(CONFIG);
  const issuers = [issuerTable({ url: 'https://login.example.com', jwks: 'https://login.example.com/keys' })];
  const tables: Tables = { ...plain, raw: { ...plain.raw, auth: { ...plain.raw.auth, wanted: true, issuers } } };
  const sealer = createSealer([KEY], 60_000, Date.now);
  const ann: Bearer = {
    kind: 'token', issuer: 'https://login.example.com', subject: 'ann', client: 'app', audiences: [AUDIENCE], permissions: ['tools:read'],
    claims: { org: ['acme'] }, expiresAt: Date.now() + 60_000,
  };
  const id = 's'.repeat(40);
  const leg = { server: 'search', instance: '', upstreamId: `${digest(id)} body` };
  const proof = (more: Partial<SessionState> = {}): string => {
    const principal = 'token:https://login.example.com ann';
    const state: SessionState = { transport: 'relay', tenant: 'default', principal, issuedAt: Date.now(), init: null, legs: [leg], caller: ann };
    return sealer.seal({ ...state, ...more }) ?? '';
  };
  const vouched = (text: string, by = tables) =>
    vouchedBy(askedOf(by, { target: `/mcp/search/message?sessionId=${id}`, headers: { 'mcpgen-relay': text } }), { sealer, tables: by })?.facts.principal;

  test('brings its permissions, claims and end', () => {
    assert.deepEqual(vouched(proof()), ann);
  });
  test('is none where the token has ended, its issuer is gone, or it names another', () => {
    assert.equal(vouched(proof({ caller: { ...ann, expiresAt: Date.now() - 1 } })), undefined);
    assert.equal(vouched(proof(), { ...tables, raw: { ...tables.raw, auth: { ...tables.raw.auth, issuers: [] } } }), undefined);
    assert.equal(vouched(proof({ caller: { ...ann, subject: 'root' } })), undefined);
    assert.equal(vouched(proof({ caller: null })), undefined);
    assert.equal(vouched(proof({ transport: 'message' })), undefined);
  });
  test('of a client brings the permissions of the key that it showed, which may be fewer than those of the client', () => {
    const client = { kind: 'client', client: 'keyed', permissions: ['read'] } as const;
    const all: Tables = { ...tables, clients: new Map([['keyed', { keys: [], permissions: ['read', 'write'] }]]) };
    const said = { principal: 'client:keyed', caller: client };
    assert.deepEqual(vouched(proof(said), all), client);
    assert.equal(vouched(proof(said), { ...all, clients: new Map() }), undefined, 'a client that is gone');
    assert.equal(vouched(proof({ ...said, principal: 'client:root' }), all), undefined);
    assert.equal(vouched(proof({ ...said, caller: null }), all), undefined);
  });
  test('has room for what a token may do, and no more than a header has', () => {
    const permissions = Array.from({ length: 200 }, (_, at) => `permission:${at}`);
    assert.deepEqual(vouched(proof({ caller: { ...ann, permissions } })), { ...ann, permissions });
    assert.equal(proof({ caller: { ...ann, permissions: [...permissions, 'x'.repeat(5000)] } }), '');
  });
});

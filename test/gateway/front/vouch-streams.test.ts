/** Callers' tokens where one connection or one look serves many: streams of 2024-11-05, also from replica to replica, and what is found out of eras. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, beforeEach, describe, test } from 'node:test';
import { startAuthorizationServer, type AuthorizationServer } from '../../support/authorization-server.js';
import { modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { secretValue, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask } from '../../support/http.js';
import { answerAll, startUpstream, type FakeUpstream, type Received } from '../../support/upstreams.js';
import { initialize, initialized, openStream, REVISIONS } from '../answer/sse/support.js';

const CRM = 'https://crm.acme.com';
const server = (more = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...more });

let id: AuthorizationServer;
let one: RunningGateway;
let two: RunningGateway;
let old: FakeUpstream;
let open: FakeUpstream;

before(async () => {
  id = await startAuthorizationServer();
  id.clients.declare({ id: 'gateway', secret: secretValue('ID_CLIENT') });
  old = await startUpstream();
  open = await startUpstream();
  const exchange = { url: id.tokenUrl, client: { id: 'gateway', secret: { secret: 'ID_CLIENT' } }, audience: CRM, grant: 'token-exchange' };
  const config = gatewayConfig({
    auth: { jwt: { issuer: id.issuer, jwks: id.jwksUrl, audience: ['gateway'] } },
    tenants: {
      acme: {
        ...{ match: [{ path: true }], servers: '*' },
        forward: { bearer: { audience: CRM }, headers: { 'X-Acme-User': { fact: 'subject' } }, signed: { prefix: 'X-TB-', secret: { secret: 'SIGNS' } } },
      },
    },
    servers: { passed: server(), crm: server({ upstream: { exchange } }), open: server() },
    gateway: {
      ...{ admin: {}, replicas: 2, revisions: [...REVISIONS, '2026-07-28'], limits: { perAddress: '100000/s' }, sessionKeys: [{ secret: 'K_SESSION' }] },
      timeouts: { keepAlive: '1s' },
    },
  });
  const pools = { passed: [old.url], crm: [old.url], open: [open.url] };
  [one, two] = await Promise.all([startGateway({ config, pools }), startGateway({ config, pools })]);
});
beforeEach(() => {
  old.behave = session;
  open.behave = answerAll;
});

const session = (received: Received): void => {
  const { message, response } = received;
  if (message?.method === 'initialize') {
    const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } };
    const headers = { 'content-type': 'application/json', 'mcp-session-id': 'one' };
    return void response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
  }
  if (message?.id === undefined) return void response.writeHead(received.method === 'GET' ? 405 : 202).end();
  void answerAll(received);
};
const token = (sub: string, more: Readonly<Record<string, unknown>> = {}): string => id.token({ sub, aud: ['gateway', CRM], client_id: 'app', ...more });
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });

/** Who a server is told calls: by the token, by the header, and by the signature. */
function told({ headers }: Received): unknown[] {
  const claims = id.read((headers['authorization'] ?? '').replace('Bearer ', ''))?.claims;
  const [tenant, at] = [headers['x-tb-tenant-id'], headers['x-tb-timestamp']];
  const signature = createHmac('sha256', secretValue('SIGNS')).update(`${tenant}:${at}`).digest('hex');
  return [claims?.['sub'], headers['x-acme-user'], signature === headers['x-tb-signature'] && tenant];
}

for (const name of ['passed', 'crm'] as const) {
  describe(name === 'passed' ? 'a token that is passed on' : 'a token that is exchanged', () => {
    for (const elsewhere of [false, true]) {
      test(`comes with every message of an old stream${elsewhere ? ', also where another replica had it' : ''}`, async () => {
        const since = old.received.length;
        const headers = bearer(token('ann'));
        const stream = await openStream(one.port, `/t/acme/mcp/${name}/sse`, null, headers);
        const port = (elsewhere ? two : one).port;
        assert.equal((await stream.post(initialize, { port })).status, 202);
        await stream.messages(1);
        await stream.post(initialized, { port });
        await stream.post(request('tools/list'), { port, headers: bearer(token('ann', { scope: 'less' })) });
        await stream.messages(2);
        assert.equal((await stream.post(request('tools/list'), { port, headers: bearer(token('eve')) })).status, 404, 'another caller');
        stream.close();
        await old.nth(1, (sent) => sent.method === 'DELETE' && old.received.indexOf(sent) >= since);
        const sent = old.received.slice(since);
        const methods = sent.map(({ message, method }) => message?.method ?? method).sort();
        assert.deepEqual(methods, ['DELETE', 'GET', 'initialize', 'notifications/initialized', 'tools/list']);
        for (const one of sent) assert.deepEqual(told(one), ['ann', 'ann', 'acme'], one.message?.method ?? one.method);
      });
    }
  });
}

test('what a server refuses of one caller says nothing of its era to others', async () => {
  open.behave = (received) => {
    const [sub] = told(received);
    if (sub === 'eve') return void received.response.writeHead(401).end();
    if (received.message?.method === 'server/discover') return void received.response.writeHead(404).end();
    return void answerAll(received);
  };
  const discover = async (sub: string): Promise<unknown[]> => {
    const headers = { ...bearer(token(sub)), ...modernHeaders('tools/list') };
    const { status, text } = await ask(one.port, { path: '/t/acme/mcp/open', headers, message: modern('tools/list') });
    return [status, (JSON.parse(text) as ErrorBody).error.data.reason];
  };
  assert.deepEqual(await discover('eve'), [401, 'token-denied']);
  assert.deepEqual(await discover('ann'), [400, 'revision-not-served'], 'her look counts, as if there had been no other');
});

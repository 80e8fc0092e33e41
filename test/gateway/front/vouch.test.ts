/** Callers' tokens on their way to servers: passed on only where that was agreed, exchanged where it was not, and nobody's for anybody else. */
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { startAuthorizationServer, type AuthorizationServer } from '../../support/authorization-server.js';
import { initialize, modern, modernHeaders, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { as, client, secretValue, startGateway, type LogLine, type RunningGateway } from '../../support/gateway.js';
import { ask, type HttpAnswer } from '../../support/http.js';
import { answerAll, startUpstream, type FakeUpstream, type Received } from '../../support/upstreams.js';

const GATEWAY = 'https://gw.acme.com';
const CRM = 'https://crm.acme.com';
const server = (more = {}) => ({ kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }], ...more });

let id: AuthorizationServer;
let resource: AuthorizationServer;
let gateway: RunningGateway;
let crm: FakeUpstream;
let plain: FakeUpstream;

before(async () => {
  id = await startAuthorizationServer();
  resource = await startAuthorizationServer({ trusts: [id] });
  id.clients.declare({ id: 'gateway', secret: secretValue('ID_CLIENT') });
  resource.clients.declare({ id: 'gateway', secret: secretValue('ID_CLIENT') });
  crm = await startUpstream();
  plain = await startUpstream();
  const of = { url: id.tokenUrl, client: { id: 'gateway', secret: { secret: 'ID_CLIENT' } } };
  const exchange = { ...of, audience: CRM, scopes: ['crm:read'], grant: 'token-exchange' };
  gateway = await startGateway({
    config: gatewayConfig({
      auth: { clients: { robot: client('robot') }, jwt: { issuer: id.issuer, jwks: id.jwksUrl, audience: [GATEWAY] } },
      tenants: {
        acme: { match: [{ path: true }], servers: '*', forward: { bearer: { audience: CRM }, headers: { 'X-Acme-User': { claim: 'email' } } } },
        beta: { match: [{ path: true }], servers: '*' },
      },
      servers: {
        plain: server(),
        legacy: server({ revision: 'legacy' }),
        keyed: server({ upstream: { auth: { bearer: { secret: 'CRM_KEY' } } } }),
        crm: server({ upstream: { exchange } }),
        bridged: server({ upstream: { exchange }, revision: 'legacy' }),
        named: server({ upstream: { exchange: { ...of, grant: 'token-exchange' } } }),
        asserted: server({ upstream: { exchange: { ...of, audience: resource.issuer, grant: 'id-jag' } } }),
      },
      gateway: { admin: {}, limits: { perAddress: '100000/s' }, sessionKeys: [{ secret: 'K_SESSION' }] },
    }),
    pools: { plain: [plain.url], legacy: [plain.url], keyed: [plain.url], crm: [crm.url], bridged: [crm.url], named: [crm.url], asserted: [crm.url] },
  });
});
beforeEach(() => {
  for (const one of [crm, plain]) one.behave = answerAll;
  id.faults.clear();
  resource.faults.clear();
});

/** Two audiences: the gateway, and the server to which the token may go on. */
const token = (claims: Readonly<Record<string, unknown>> = {}): string => id.token({ aud: [GATEWAY, CRM], scope: 'tools', client_id: 'app', ...claims });
const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
const post = (path: string, headers: Readonly<Record<string, string>>, message: unknown = request('tools/list')): Promise<HttpAnswer> =>
  ask(gateway.port, { path, message, headers });
const reason = ({ status, text }: HttpAnswer): unknown[] => [status, (JSON.parse(text) as ErrorBody).error.data.reason];
const shown = (of: FakeUpstream): string | undefined => of.received.at(-1)?.headers['authorization'];
const exchanges = (of = id) => of.asked.filter(({ endpoint }) => endpoint === 'token');
const claimsOf = (header: string | undefined, of = id) =>
  of.read((header ?? '').replace('Bearer ', ''))?.claims ?? assert.fail(`${header} is none of its tokens`);
const denyOnce = (of: FakeUpstream, which: (one: Received) => boolean): void => {
  let denied = false;
  of.behave = (one) => {
    if (denied || !which(one)) return answerAll(one);
    denied = true;
    return void one.response.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="https://evil.example"' }).end();
  };
};

describe('forward.bearer', () => {
  test('goes on as it came where the token’s audience is the server too, and to no server of another tenant', async () => {
    const mine = token();
    assert.equal((await post('/t/acme/mcp/plain', bearer(mine))).status, 200);
    assert.equal(shown(plain), `Bearer ${mine}`);
    assert.equal((await post('/t/beta/mcp/plain', bearer(mine))).status, 200);
    assert.equal(shown(plain), undefined);
    assert.equal((await post('/t/acme/mcp/plain', bearer(token({ aud: GATEWAY })))).status, 200);
    assert.equal(shown(plain), undefined, 'a token that is for the gateway alone');
    assert.equal((await post('/t/acme/mcp/plain', as('robot'))).status, 200);
    assert.equal(shown(plain), undefined, 'an API key is no token');
    await post('/t/acme/mcp/keyed', bearer(mine));
    assert.equal(shown(plain), `Bearer ${secretValue('CRM_KEY')}`, 'a server with a credential of its own for the gateway');
  });

  test('a bridged session is shared by requests of one caller, and each has the token of its own request', async () => {
    plain.behave = (one) => {
      const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } };
      if (one.message?.method !== 'initialize') return answerAll(one);
      const headers = { 'content-type': 'application/json', 'mcp-session-id': 'shared' };
      return void one.response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id: one.message.id, result }));
    };
    const since = plain.received.length;
    const [first, second, stranger] = [token({ scope: 'a' }), token({ scope: 'b' }), token({ sub: 'eve' })];
    for (const one of [first, second, stranger]) {
      const headers = { ...bearer(one), ...modernHeaders('tools/list') };
      assert.equal((await post('/t/acme/mcp/legacy', headers, modern('tools/list'))).status, 200);
    }
    const sent = plain.received.slice(since).map(({ message, headers }) => [message?.method, headers['authorization']]);
    assert.deepEqual(sent, [
      ['initialize', `Bearer ${first}`], ['notifications/initialized', `Bearer ${first}`], ['tools/list', `Bearer ${first}`],
      ['tools/list', `Bearer ${second}`],
      ['initialize', `Bearer ${stranger}`], ['notifications/initialized', `Bearer ${stranger}`], ['tools/list', `Bearer ${stranger}`],
    ]);
  });

  test('a server’s 401 is our own challenge where it is about the caller’s token, else 502, and never the server’s header', async () => {
    plain.behave = ({ response }) => void response.writeHead(401, { 'www-authenticate': 'Bearer resource_metadata="https://evil.example"' }).end();
    const mine = await post('/t/acme/mcp/plain', bearer(token()));
    assert.deepEqual(reason(mine), [401, 'token-denied']);
    assert.match(String(mine.headers['www-authenticate']), /^Bearer .*error="invalid_token"/);
    assert.ok(!mine.lines.join().includes('evil'));
    const another = bearer(token());
    for (const [path, headers] of [['/t/acme/mcp/plain', as('robot')], ['/t/beta/mcp/plain', another], ['/t/acme/mcp/keyed', another]] as const) {
      const other = await post(path, headers);
      assert.deepEqual([...reason(other), other.headers['www-authenticate']], [502, 'upstream-denied', undefined], path);
    }
    plain.behave = ({ response }) => void response.writeHead(407).end();
    assert.deepEqual(reason(await post('/t/acme/mcp/plain', bearer(token()))), [502, 'upstream-denied'], 'a proxy asks the gateway');
  });
});

describe('forward.headers', () => {
  test('say a claim, and what a header cannot say refuses the request before the server hears of it', async () => {
    await post('/t/acme/mcp/plain', { ...bearer(token({ email: 'ann@acme.com' })), 'X-Acme-User': 'eve', 'x_acme_user': 'eve' });
    const { headers, rawHeaders } = plain.received.at(-1) ?? assert.fail();
    assert.equal(headers['x-acme-user'], 'ann@acme.com');
    assert.ok(!rawHeaders.includes('eve'));
    const { length } = plain.received;
    for (const email of ['ann\r\nx-admin: canary', 'jürgen@acme.com', '']) {
      assert.deepEqual(reason(await post('/t/acme/mcp/plain', bearer(token({ email })))), [403, 'claim-unsendable'], JSON.stringify(email));
    }
    assert.equal(plain.received.length, length);
    const line = await gateway.waitFor('request', ({ reason }) => reason === 'claim-unsendable');
    assert.deepEqual([line['code'], line['blame']], ['CLAIM_UNSENDABLE', 'client']);
    assert.ok(!JSON.stringify(gateway.logs).includes('canary'));
  });
});

describe('upstream.exchange', () => {
  test('turns the token into one for the server, once for each token, and the client shows itself by Basic', async () => {
    const since = exchanges().length;
    const mine = token();
    const first = shown(((await post('/t/beta/mcp/crm', bearer(mine))).status === 200 && crm) || assert.fail());
    await post('/t/beta/mcp/crm', bearer(mine));
    assert.equal(shown(crm), first);
    const { sub, aud, scope } = claimsOf(first);
    assert.deepEqual([sub, [aud].flat(), scope], ['ann', [CRM], 'crm:read']);
    const asked = exchanges().slice(since);
    assert.equal(asked.length, 1);
    const { form, headers } = asked[0] ?? assert.fail();
    assert.deepEqual(
      [form.get('grant_type'), form.get('subject_token'), form.get('subject_token_type'), form.get('audience'), form.get('resource'), form.get('client_id')],
      ['urn:ietf:params:oauth:grant-type:token-exchange', mine, 'urn:ietf:params:oauth:token-type:access_token', CRM, null, null],
    );
    assert.match(String(headers['authorization']), /^Basic /);
    // Another token of the same subject may have fewer scopes.
    await post('/t/beta/mcp/crm', bearer(token({ scope: 'less' })));
    assert.notEqual(shown(crm), first);
    await post('/t/acme/mcp/crm', bearer(mine));
    assert.notEqual(shown(crm), first, 'another tenant’s is another caller’s');
    assert.equal(exchanges().length, since + 3);
  });

  test('without an audience it is for the server’s URL', async () => {
    assert.equal((await post('/t/beta/mcp/named', bearer(token()))).status, 200);
    const { form } = exchanges().at(-1) ?? assert.fail();
    assert.deepEqual([form.get('audience'), form.get('resource')], [null, 'http://127.0.0.1:9/mcp']);
  });

  test('by way of an ID-JAG, which the server’s own authorization server redeems', async () => {
    const answer = await post('/t/beta/mcp/asserted', bearer(token()));
    assert.equal(answer.status, 200, answer.text);
    assert.equal(claimsOf(shown(crm), resource)['sub'], 'ann');
    const { form } = exchanges(resource).at(-1) ?? assert.fail();
    assert.equal(form.get('grant_type'), 'urn:ietf:params:oauth:grant-type:jwt-bearer');
    assert.notEqual(shown(crm), `Bearer ${form.get('assertion')}`);
  });

  test('requests that come at once wait for one token', async () => {
    const since = exchanges().length;
    const mine = token();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('/t/beta/mcp/crm', bearer(mine))));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    assert.equal(exchanges().length, since + 1);
  });

  test('whoever has no token is refused, and the server hears nothing', async () => {
    const { length } = crm.received;
    assert.deepEqual(reason(await post('/t/beta/mcp/crm', as('robot'))), [403, 'token-needed']);
    assert.equal(crm.received.length, length);
  });

  test('sessions, and what the bridge says by itself, have the caller’s exchanged token', async () => {
    crm.behave = (one) => {
      const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 's', version: '1' } };
      if (one.message?.method !== 'initialize') return answerAll(one);
      const headers = { 'content-type': 'application/json', 'mcp-session-id': 'shared' };
      return void one.response.writeHead(200, headers).end(JSON.stringify({ jsonrpc: '2.0', id: one.message.id, result }));
    };
    const since = crm.received.length;
    for (const sub of ['ann', 'eve']) {
      const headers = { ...bearer(token({ sub })), ...modernHeaders('tools/list') };
      assert.equal((await post('/t/beta/mcp/bridged', headers, modern('tools/list'))).status, 200);
    }
    const opened = await post('/t/beta/mcp/crm', bearer(token({ sub: 'bob' })), initialize);
    const session = { 'mcp-session-id': opened.headers['mcp-session-id'] ?? assert.fail() };
    await post('/t/beta/mcp/crm', { ...bearer(token({ sub: 'bob' })), ...session });
    const stolen = await post('/t/beta/mcp/crm', { ...bearer(token({ sub: 'eve' })), ...session });
    assert.deepEqual(reason(stolen), [404, 'session-unknown']);
    const sent = crm.received.slice(since).map(({ message, headers }) => `${message?.method} ${String(claimsOf(headers['authorization'])['sub'])}`);
    assert.deepEqual(sent, [
      ...['initialize ann', 'notifications/initialized ann', 'tools/list ann', 'initialize eve', 'notifications/initialized eve', 'tools/list eve'],
      ...['initialize bob', 'tools/list bob'],
    ]);
  });

  test('a kept token that the server refuses is replaced once; a new one that it refuses is a 502', async () => {
    const mine = token();
    const call = request('tools/call', { name: 'echo' });
    await post('/t/beta/mcp/crm', bearer(mine), call);
    const first = shown(crm);
    denyOnce(crm, ({ headers }) => headers['authorization'] === first);
    const answer = await post('/t/beta/mcp/crm', bearer(mine), call);
    assert.equal(answer.status, 200, answer.text);
    assert.notEqual(shown(crm), first);
    assert.equal(crm.received.at(-1)?.message?.method, 'tools/call');
    const since = exchanges().length;
    crm.behave = ({ response }) => void response.writeHead(401, { 'www-authenticate': 'Bearer scope="evil"' }).end();
    const refused = await post('/t/beta/mcp/crm', bearer(mine), call);
    assert.deepEqual([...reason(refused), refused.headers['www-authenticate']], [502, 'upstream-denied', undefined]);
    assert.equal(exchanges().length, since + 1);
  });

  test('fails closed, and the log says why, whatever the authorization server does', async () => {
    const { length } = crm.received;
    const said = async (mine: string): Promise<unknown[]> => {
      const answer = await post('/t/beta/mcp/crm', bearer(mine));
      const { requestId } = (JSON.parse(answer.text) as ErrorBody).error.data;
      const line: LogLine = await gateway.waitFor('request', ({ request_id: id }) => id === requestId);
      assert.ok(!JSON.stringify(line).includes(mine));
      return [...reason(answer), line['code'], line['blame'], answer.headers['retry-after']];
    };
    id.clients.declare({ id: 'gateway', secret: 'another secret by now, which is long enough' });
    assert.deepEqual(await said(token()), [502, 'exchange-refused', 'EXCHANGE_REFUSED', 'config', undefined]);
    id.clients.declare({ id: 'gateway', secret: secretValue('ID_CLIENT') });
    await id.kill();
    assert.deepEqual(await said(token()), [503, 'exchange-unavailable', 'EXCHANGE_UNREACHABLE', 'issuer', '1']);
    await id.revive();
    assert.equal(crm.received.length, length, 'nothing was sent to the server');
    const { text } = await post('/t/beta/mcp/plain', bearer(token()));
    assert.ok(text.includes('result'), 'nobody else is held up');
  });

  test('no token, of whomever, is in the log or the metrics', async () => {
    const all = JSON.stringify(gateway.logs) + gateway.stderr() + (await gateway.admin('/metrics')).text + (await gateway.admin('/config')).text;
    for (const { headers } of [...crm.received, ...plain.received]) {
      const text = headers['authorization']?.split(' ')[1];
      assert.ok(text === undefined || !all.includes(text));
    }
    assert.ok(!/eyJ/.test(all));
  });
});

/** Tenants by the answer of an authorization API, through a whole gateway: whom it lets in, what it is asked, and what its silence does to whom. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { as, client } from '../../support/gateway.js';
import { initialize, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { ask, dial, requestBytes, until } from '../../support/http.js';
import { serveHere } from '../../support/served.js';
import { answerAll, json, startUpstream, stream, withSessions, type Behave } from '../../support/upstreams.js';

const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });
const list = request('tools/list');
const reasonOf = ({ text }: { readonly text: string }): string | undefined => (JSON.parse(text) as ErrorBody).error?.data?.reason;

const ANSWERS: Readonly<Record<string, unknown>> = {
  'Bearer of-acme': { tenant: 'acme-in-api', subject: 'ann' },
  'Bearer of-globex': { tenant: 'globex-in-api' },
  'Bearer of-nobody': { tenant: 'somebody-else' },
};
const knows: Behave = ({ headers, response }) => {
  const answer = ANSWERS[headers['authorization'] ?? ''];
  if (answer === undefined) return void response.writeHead(401).end();
  json(response, answer);
};

async function stand(more: Config = {}, behave = knows) {
  const api = await startUpstream(behave);
  const sessions = withSessions();
  const server = await startUpstream((received) => {
    const isOfSession = received.message?.method === 'initialize' || received.headers['mcp-session-id'] !== undefined;
    return (isOfSession ? sessions : answerAll)(received);
  });
  const config = gatewayConfig({
    servers: { search: { kind: 'http', instances: [{ url: server.url }] } },
    auth: { clients: { ci: client('ci'), app: client('app') }, lookup: { url: api.url, timeout: '500ms' } },
    tenants: {
      acme: { match: [{ lookup: 'acme-in-api' }, { client: 'ci' }], servers: '*' },
      globex: { match: [{ lookup: 'globex-in-api' }, { path: true }], servers: '*' },
    },
    ...more,
  });
  return { api, server, config, gateway: await serveHere(config) };
}

describe('a tenant by the answer of the authorization API', () => {
  test('its word lets in, and its no does not', async () => {
    const { api, gateway } = await stand();
    const asked = async (credential: string, path = '/mcp/search') => {
      const answer = await ask(gateway.port, { path, headers: bearer(credential), message: list });
      return answer.status === 200 ? 200 : `${answer.status} ${reasonOf(answer)}`;
    };
    assert.equal(await asked('of-acme'), 200);
    assert.equal(await asked('of-globex'), 200);
    assert.equal(await asked('of-acme', '/t/globex/mcp/search'), '403 tenant-ambiguous');
    assert.equal(await asked('of-nobody'), '403 tenant-unknown');
    assert.equal(await asked('unknown'), '401 credentials-invalid');
    const before = api.received.length;
    for (const credential of ['of-acme', 'of-globex', 'of-nobody', 'unknown']) await asked(credential);
    assert.equal(api.received.length, before, 'what it has said is kept');
    const lines = gateway.logs.filter(({ event }) => event === 'request');
    assert.deepEqual(lines.slice(0, 2).map(({ tenant }) => tenant), ['acme', 'globex']);
    assert.ok(!JSON.stringify(gateway.logs).includes('of-acme'), 'no credential is logged');
  });

  test('the key of a client whose tenant the config names is not sent to it, and that of another is', async () => {
    const { api, gateway } = await stand();
    assert.equal((await ask(gateway.port, { path: '/mcp/search', headers: as('ci'), message: list })).status, 200);
    assert.equal(api.received.length, 0);
    const other = await ask(gateway.port, { path: '/mcp/search', headers: as('app'), message: list });
    assert.deepEqual([other.status, reasonOf(other), api.received.length], [403, 'tenant-unknown', 1]);
  });

  const SILENCES: Readonly<Record<string, Behave>> = {
    down: ({ response }) => void response.socket?.destroy(),
    slow: () => {},
    huge: ({ response }) => void response.writeHead(200).end('x'.repeat(400_000)),
    lying: ({ response }) => json(response, { tenant: ['acme-in-api'] }),
    failing: ({ response }) => void response.writeHead(500).end(),
    redirecting: ({ response }) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  };
  for (const [how, behave] of Object.entries(SILENCES)) {
    test(`an API that is ${how} lets nobody in, says so, and slows nobody else`, async () => {
      const { gateway } = await stand({}, behave);
      const waiting = ask(gateway.port, { path: '/mcp/search', headers: bearer('of-acme'), message: list });
      assert.equal((await ask(gateway.port, { path: '/mcp/search', headers: as('ci'), message: list })).status, 200);
      const refused = await waiting;
      assert.deepEqual([refused.status, reasonOf(refused), refused.headers['retry-after']], [503, 'lookup-unavailable', '1']);
      assert.equal(refused.headers['www-authenticate'], undefined, 'nobody is told that a credential is bad');
      await until('its log line', () => gateway.logs.some(({ reason, cause }) => reason === 'lookup-unavailable' && typeof cause === 'string'));
    });
  }

  test('its sessions are its caller’s alone', async () => {
    const { gateway } = await stand();
    const opened = await ask(gateway.port, { path: '/mcp/search', headers: bearer('of-acme'), message: initialize });
    const headers = { 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' };
    assert.equal((await ask(gateway.port, { path: '/mcp/search', headers: { ...headers, ...bearer('of-acme') }, message: list })).status, 200);
    for (const other of [as('ci'), bearer('of-globex')]) {
      assert.equal((await ask(gateway.port, { path: '/mcp/search', headers: { ...headers, ...other }, message: list })).status, 404);
    }
  });

  test('a reload keeps streams and sessions by what it has said, though it is silent now, and ends those of a tenant that is gone', async () => {
    const { api, server, config, gateway } = await stand();
    const usual = server.behave;
    server.behave = (received) => (received.method === 'GET' ? void stream(received.response).write(': open\n\n') : usual(received));
    const ids: string[] = [];
    const listening: Awaited<ReturnType<typeof dial>>[] = [];
    for (const credential of ['of-acme', 'of-globex']) {
      const opened = await ask(gateway.port, { path: '/mcp/search', headers: bearer(credential), message: initialize });
      ids.push(opened.headers['mcp-session-id'] ?? '');
      const connection = await dial(gateway.port);
      const headers = { ...bearer(credential), accept: 'text/event-stream', 'mcp-session-id': ids.at(-1) ?? '' };
      connection.send(requestBytes({ method: 'GET', path: '/mcp/search', headers }));
      assert.equal((await connection.head()).status, 200);
      listening.push(connection);
    }
    api.behave = ({ response }) => void response.writeHead(500).end();
    const asked = api.received.length;
    const tenants = config['tenants'] as Record<string, unknown>;
    await gateway.use({ ...config, tenants: { ...tenants, globex: { match: { path: true }, servers: '*' } } });
    assert.equal(api.received.length, asked, 'nobody is asked about');
    await until('the end of the stream of globex', () => listening[1]?.isOpen === false || (listening[1]?.received().endsWith('0\r\n\r\n') ?? false));
    assert.ok(listening[0]?.isOpen && !listening[0].received().endsWith('0\r\n\r\n'));
    const again = await ask(gateway.port, { path: '/mcp/search', headers: { ...bearer('of-acme'), 'mcp-session-id': ids[0] ?? '' }, message: list });
    assert.equal(again.status, 200);
    for (const connection of listening) connection.close();
  });
});

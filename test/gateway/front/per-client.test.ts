/** What one client may, whatever its tenant: a rate and streams of its own, which survive a reload and take nothing from others. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { as, client } from '../../support/gateway.js';
import { request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { ask, dial, requestBytes, until } from '../../support/http.js';
import { serveHere } from '../../support/served.js';
import { answerAll, startUpstream, stream } from '../../support/upstreams.js';

const list = request('tools/list');
const reasonOf = ({ text }: { readonly text: string }): string | undefined => (JSON.parse(text) as ErrorBody).error?.data?.reason;

async function configOf(perClient: Config, more: Config = {}): Promise<Config> {
  const server = await startUpstream((received) => (received.method === 'GET' ? void stream(received.response).write(': open\n\n') : answerAll(received)));
  return gatewayConfig({
    servers: { search: { kind: 'http', instances: [{ url: server.url }] } },
    gateway: { limits: { perAddress: '100000/s', perClient } },
    auth: { clients: { a: client('a'), b: client('b') } },
    tenants: { one: { match: [{ client: 'a' }, { client: 'b' }], servers: '*', rate: '5/h' } },
    ...more,
  });
}

describe('B3 the rate of one client', () => {
  test('refuses it with 429, costs its tenant nothing, and is not refilled by a reload', async () => {
    const config = await configOf({ rate: '2/h' });
    const gateway = await serveHere(config);
    const asked = (name: string) => ask(gateway.port, { path: '/mcp/search', headers: as(name), message: list });
    for (let i = 0; i < 2; i++) assert.equal((await asked('a')).status, 200);
    for (let i = 0; i < 6; i++) {
      const refused = await asked('a');
      assert.deepEqual([refused.status, reasonOf(refused)], [429, 'client-rate']);
      assert.ok(Number(refused.headers['retry-after']) > 1000);
    }
    assert.equal((await asked('b')).status, 200);
    await gateway.use(config);
    assert.equal(reasonOf(await asked('a')), 'client-rate');
    assert.equal((await asked('b')).status, 200);
    const { text } = await ask(gateway.adminPort ?? 0, { path: '/metrics' });
    assert.match(text, /mcpgen_rate_limited_total\{limit="client"\} 7/);
  });

  test('is that of an address where callers have no names', async () => {
    const config = await configOf({ rate: '2/h' }, { auth: {}, tenants: {} });
    const gateway = await serveHere(config);
    const from = async (address: string) => {
      const connection = await dial(gateway.port, { from: address });
      connection.send(requestBytes({ path: '/mcp/search', headers: { host: 'localhost' }, message: list }));
      const { status } = await connection.answer();
      connection.close();
      return status;
    };
    assert.deepEqual([await from('127.0.0.2'), await from('127.0.0.2'), await from('127.0.0.2'), await from('127.0.0.3')], [200, 200, 429, 200]);
  });

  test('is what the environment says, where the config lets it', async () => {
    const config = await configOf({ rate: '100/h', fromEnvironment: true });
    const gateway = await serveHere(config, { RATE_LIMIT_REQUESTS: '1', RATE_LIMIT_WINDOW: '3600' });
    const asked = () => ask(gateway.port, { path: '/mcp/search', headers: as('a'), message: list });
    assert.deepEqual([(await asked()).status, (await asked()).status], [200, 429]);
    const ignoring = await serveHere(await configOf({ rate: '100/h' }), { RATE_LIMIT_REQUESTS: 'x' });
    assert.equal((await ask(ignoring.port, { path: '/mcp/search', headers: as('a'), message: list })).status, 200);
    await assert.rejects(serveHere(config, { RATE_LIMIT_REQUESTS: '1e3' }), /RATE_LIMIT_REQUESTS must be a whole number/);
    await assert.rejects(serveHere(config, { RATE_LIMIT_WINDOW: '0' }), /RATE_LIMIT_WINDOW must be a whole number/);
  });
});

test('streams of one client are counted whatever its tenant, and given back', async () => {
  const paths = { one: { match: { path: true }, servers: '*' }, two: { match: { path: true }, servers: '*' } };
  const gateway = await serveHere(await configOf({ streams: 2 }, { tenants: paths }));
  const listen = async (name: string, tenant: string) => {
    const connection = await dial(gateway.port);
    connection.send(requestBytes({ method: 'GET', path: `/t/${tenant}/mcp/search`, headers: { ...as(name), accept: 'text/event-stream' } }));
    return { connection, status: (await connection.head()).status };
  };
  const opened = [await listen('a', 'one'), await listen('a', 'two'), await listen('a', 'two'), await listen('b', 'one')];
  assert.deepEqual(opened.map(({ status }) => status), [200, 200, 429, 200]);
  await until('its log line', () => gateway.logs.some(({ reason }) => reason === 'streams-full'));
  opened[0]?.connection.close();
  await until('a place', async () => {
    const { connection, status } = await listen('a', 'one');
    connection.close();
    return status === 200;
  });
  for (const { connection } of opened) connection.close();
});

/** `/health/servers`: how the servers are, to whom it concerns. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { gatewayConfig } from '../../support/gateway-tables.js';
import { as, startGateway } from '../../support/gateway.js';
import { ask } from '../../support/http.js';
import { startUpstream, type FakeUpstream } from '../../support/upstreams.js';

const server = { kind: 'http', instances: [{ url: 'http://127.0.0.1:9/mcp' }] };
const CONFIG = {
  auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }] } } },
  tenants: { acme: { match: { client: 'acme' }, servers: ['search'] } },
  servers: { search: server, notes: server },
};
const LIMITS = { admin: {}, limits: { perAddress: '1000/s' } };
let upstream: FakeUpstream;
before(async () => {
  upstream = await startUpstream();
});
const pools = () => ({ search: [upstream.url], notes: [upstream.url] });
const namesIn = (text: string): string[] => Object.keys((JSON.parse(text) as { servers: object }).servers).sort();

test('in production: to callers, about the servers they may use; to no browser', async () => {
  const gateway = await startGateway({
    config: gatewayConfig({ ...CONFIG, profile: 'production', gateway: { ...LIMITS, sessionKeys: [{ secret: 'SESSION_KEY' }] } }),
    pools: pools(),
  });
  const path = '/health/servers';
  const mine = await ask(gateway.port, { path, headers: as('acme') });
  assert.deepEqual([mine.status, namesIn(mine.text)], [200, ['search']]);
  assert.equal((await ask(gateway.port, { path })).status, 401);
  assert.equal((await ask(gateway.port, { path, headers: { ...as('acme'), origin: 'https://app.example' } })).status, 403);
  assert.equal((await ask(gateway.port, { path, method: 'POST', headers: as('acme'), body: '{}' })).status, 405);
});

test('in profile local: to everybody, about all', async () => {
  const gateway = await startGateway({ config: gatewayConfig({ ...CONFIG, gateway: LIMITS }), pools: pools() });
  const { status, text } = await ask(gateway.port, { path: '/health/servers' });
  assert.deepEqual([status, namesIn(text)], [200, ['notes', 'search']]);
});

test('a region that is preferred and not known is said at the start', async () => {
  const regional = { ...server, strategy: 'near', instances: [{ url: 'http://127.0.0.1:9/mcp', region: 'ord' }] };
  const config = gatewayConfig({ servers: { search: regional }, strategies: { near: { balance: 'round-robin', prefer: 'region' } } });
  const [lost, knowing] = await Promise.all([startGateway({ config, pools: {} }), startGateway({ config, pools: {}, env: { MCP_GATEWAY_REGION: 'ord' } })]);
  assert.ok(await lost.waitFor('region-unknown'));
  await knowing.waitFor('listening');
  assert.deepEqual(knowing.logs.filter(({ event }) => event === 'region-unknown'), []);
});

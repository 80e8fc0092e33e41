/** Strategies, health, breakers and regions through a generated gateway. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { initialize, request, type ErrorBody } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { startGateway, temporaryFolder, type RunningGateway, type StartOptions } from '../../support/gateway.js';
import { ask, dial, requestBytes, until, type HttpAnswer } from '../../support/http.js';
import { answerAll, startUpstream, stream, withSessions, type Behave, type FakeUpstream } from '../../support/upstreams.js';

const LIST = { path: '/mcp/search', message: request('tools/list') };
const CALL = { path: '/mcp/search', message: request('tools/call', { name: 'count' }) };
const hostOf = ({ port }: FakeUpstream): string => `127.0.0.1:${port}`;

interface Search {
  readonly strategy?: Config | string;
  readonly health?: Config;
  readonly more?: Config;
  readonly instances?: readonly Config[];
}

function config({ strategy = 'round-robin', health, more = {}, instances = [{ url: 'http://127.0.0.1:9/mcp' }] }: Search): Config {
  const named = typeof strategy === 'string' ? {} : { strategies: { own: strategy } };
  return gatewayConfig({
    ...named,
    servers: { search: { kind: 'http', strategy: typeof strategy === 'string' ? strategy : 'own', instances, ...(health ? { health } : {}), ...more } },
    gateway: { admin: {}, limits: { perAddress: '100000/s' }, timeouts: { connect: '1s', drain: '1s' } },
  });
}

async function start(t: TestContext, options: StartOptions): Promise<RunningGateway> {
  const gateway = await startGateway(options);
  t.after(() => gateway.stop());
  return gateway;
}

const upstreams = (count: number, behave: Behave = answerAll): Promise<FakeUpstream[]> =>
  Promise.all(Array.from({ length: count }, () => startUpstream(behave)));
const poolsOf = (ones: readonly FakeUpstream[]) => ({ search: ones.map(({ url }) => url) });
const reasonOf = (answer: HttpAnswer): string => (JSON.parse(answer.text) as ErrorBody).error.data.reason;

interface BreakerRow {
  readonly instance: string;
  readonly state: string;
  readonly failures: number;
  readonly retryAfter: number;
}
async function breakers(gateway: RunningGateway): Promise<readonly BreakerRow[]> {
  return (JSON.parse((await gateway.admin('/circuit-breakers')).text) as { breakers: BreakerRow[] }).breakers;
}

describe('instances that die and come back under load', () => {
  for (const balance of ['least-connections', 'health-based', 'random']) {
    test(`lose no list call with one retry (${balance})`, async (t) => {
      const ones = await upstreams(3);
      const gateway = await start(t, { config: config({ strategy: { balance, retries: 1 } }), pools: poolsOf(ones) });
      const answers: number[] = [];
      let running = true;
      const workers = Array.from({ length: 8 }, async () => {
        while (running) answers.push((await ask(gateway.port, LIST)).status);
      });
      for (const one of ones) {
        const goal = answers.length + 60;
        await until('60 answers', () => answers.length >= goal);
        const seen = gateway.logs.length;
        await one.kill();
        await gateway.waitFor('instance-down', (line) => line['instance'] === hostOf(one), seen);
        await one.revive();
        await gateway.waitFor('instance-up', (line) => line['instance'] === hostOf(one), seen);
      }
      running = false;
      await Promise.all(workers);
      assert.deepEqual(answers.filter((status) => status !== 200), []);
      const changes = gateway.logs.filter(({ event }) => /^instance-/.test(String(event)));
      assert.equal(changes.length, 6, 'one line for each change');
    });
  }
});

describe('a breaker', () => {
  const BREAKER = { balance: 'round-robin', breaker: { failures: 3, window: '30s', cooldown: '1s' } };

  test('opens, answers 503 with Retry-After, lets one try, and closes', async (t) => {
    const [one] = (await upstreams(1)) as [FakeUpstream];
    const gateway = await start(t, { config: config({ strategy: BREAKER }), pools: poolsOf([one]) });
    one.behave = ({ response }) => void response.writeHead(502, { 'content-type': 'application/json' }).end('{}');
    for (let i = 0; i < 3; i++) assert.equal((await ask(gateway.port, CALL)).status, 502);
    const refused = await ask(gateway.port, CALL);
    assert.deepEqual(
      [refused.status, refused.headers['retry-after'], refused.headers['content-type'], reasonOf(refused)],
      [503, '1', 'application/json', 'no-instance'],
    );
    assert.equal(one.received.length, 3);
    assert.deepEqual((await breakers(gateway)).map(({ state, failures }) => [state, failures]), [['open', 3]]);
    const name = `{server="search",instance="${hostOf(one)}"}`;
    const open = await gateway.metrics();
    assert.deepEqual([open.get(`mcpgen_breaker_state${name}`), open.get('mcpgen_upstream_health_ratio{server="search"}')], [2, 0]);
    assert.equal(open.get(`mcpgen_upstream_requests_total{server="search",instance="${hostOf(one)}",outcome="failed"}`), 3);

    await until('the end of the cooldown', async () => (await breakers(gateway))[0]?.state === 'half-open');
    one.behave = () => {};
    const trial = ask(gateway.port, CALL);
    const held = await one.nth(4);
    assert.deepEqual([(await ask(gateway.port, CALL)).status, one.received.length], [503, 4]);
    one.behave = answerAll;
    void answerAll(held);
    assert.deepEqual([(await trial).status, (await ask(gateway.port, CALL)).status], [200, 200]);
    assert.equal((await gateway.metrics()).get(`mcpgen_breaker_state${name}`), 0);
    await gateway.waitFor('breaker-closed');
    assert.deepEqual(
      gateway.logs.map(({ event }) => event).filter((event) => String(event).startsWith('breaker')),
      ['breaker-open', 'breaker-half-open', 'breaker-closed'],
    );
  });

  test('spares one instance and leaves the others alone; reset closes it', async (t) => {
    const [bad, good] = (await upstreams(2)) as [FakeUpstream, FakeUpstream];
    const gateway = await start(t, { config: config({ strategy: { ...BREAKER, breaker: { failures: 2, cooldown: '10m' } } }), pools: poolsOf([bad, good]) });
    bad.behave = ({ response }) => void response.writeHead(502).end();
    const statuses = [];
    for (let i = 0; i < 12; i++) statuses.push((await ask(gateway.port, CALL)).status);
    assert.deepEqual([statuses.filter((status) => status === 502).length, bad.received.length], [2, 2]);
    const [row] = (await breakers(gateway)).filter(({ instance }) => instance === hostOf(bad));
    assert.ok(row && row.state === 'open' && row.retryAfter > 590 && row.retryAfter <= 600, JSON.stringify(row));
    bad.behave = answerAll;
    const { status, text } = await ask(gateway.adminPort, { path: '/circuit-breakers/reset', method: 'POST' });
    assert.deepEqual([status, JSON.parse(text)], [200, { reset: [{ server: 'search', instance: hostOf(bad) }] }]);
    for (let i = 0; i < 4; i++) assert.equal((await ask(gateway.port, CALL)).status, 200);
    assert.equal(bad.received.length, 4);
  });

  test('keeps a session’s own requests from an open instance, and the session', async (t) => {
    const [one, other] = (await Promise.all([startUpstream(withSessions('one')), startUpstream(withSessions('other'))])) as [FakeUpstream, FakeUpstream];
    const gateway = await start(t, {
      config: config({ strategy: { ...BREAKER, breaker: { failures: 1, cooldown: '10m' } }, more: { sessionLoss: '404' } }),
      pools: poolsOf([one, other]),
    });
    const opened = await ask(gateway.port, { path: '/mcp/search', message: initialize });
    const session = { 'mcp-session-id': opened.headers['mcp-session-id'] ?? '' };
    const home = opened.text && one.received.length === 1 ? one : other;
    const working = home.behave;
    assert.equal((await ask(gateway.port, { ...CALL, headers: session })).status, 200);
    home.behave = ({ response }) => void response.writeHead(502).end();
    assert.equal((await ask(gateway.port, { ...CALL, headers: session })).status, 502);
    const refused = await ask(gateway.port, { ...CALL, headers: session });
    assert.deepEqual([refused.status, refused.headers['retry-after'] !== undefined, reasonOf(refused)], [503, true, 'no-instance']);
    home.behave = working;
    await ask(gateway.adminPort, { path: '/circuit-breakers/reset', method: 'POST' });
    assert.equal((await ask(gateway.port, { ...CALL, headers: session })).status, 200);
  });
});

describe('health', () => {
  test('by path, method, status and body', async (t) => {
    const [one, two] = (await upstreams(2)) as [FakeUpstream, FakeUpstream];
    const says =
      (text: string): Behave =>
      (received) =>
        received.url === '/up' ? void received.response.writeHead(204 + text.length).end(text) : answerAll(received);
    one.behave = says('"ready"');
    two.behave = says('"never"');
    const health = { path: '/up', method: 'POST', status: 211, body: 'ready', every: '1s' };
    const gateway = await start(t, { config: config({ health }), pools: poolsOf([one, two]) });
    await gateway.waitFor('instance-down', (line) => line['instance'] === hostOf(two) && line['why'] === 'probe');
    const before = two.received.filter(({ url }) => url === '/mcp').length;
    for (let i = 0; i < 6; i++) assert.equal((await ask(gateway.port, CALL)).status, 200);
    assert.equal(two.received.filter(({ url }) => url === '/mcp').length, before);
    assert.deepEqual(new Set(two.received.filter(({ url }) => url === '/up').map(({ method }) => method)), new Set(['POST']));
    const { servers } = JSON.parse((await ask(gateway.port, { path: '/health/servers' })).text) as { servers: unknown };
    assert.deepEqual(servers, { search: { status: 'degraded', healthy: 1, total: 2, unknown: 0, percent: 50, code: 'NOT_WELL' } });
    two.behave = says('"ready"');
    await gateway.waitFor('instance-up', (line) => line['instance'] === hostOf(two));
  });

  test('by ping: one session, which is ended with the gateway', async (t) => {
    const sessions = withSessions('probe');
    const one = await startUpstream((received) =>
      received.message?.method === 'notifications/initialized' ? void received.response.writeHead(202).end() : sessions(received),
    );
    const gateway = await start(t, { config: config({ health: { mcp: 'ping', every: '1s' } }), pools: poolsOf([one]) });
    await one.nth(3, ({ message }) => message?.method === 'ping');
    await gateway.stop();
    await one.nth(1, ({ method }) => method === 'DELETE');
    assert.equal(one.received.filter(({ message }) => message?.method === 'initialize').length, 1);
    assert.deepEqual(gateway.logs.filter(({ event }) => event === 'instance-down'), []);
  });

  test('over https, with a certificate that is trusted', async (t) => {
    const folder = temporaryFolder();
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const args = [
      'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext',
      'subjectAltName=DNS:localhost,IP:127.0.0.1',
    ];
    const made = spawnSync('openssl', args).status === 0;
    assert.ok(made || process.env['CI'] !== 'true', 'openssl is not installed');
    if (!made) return t.skip('no openssl here to make a certificate');
    const asked: string[] = [];
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, response) => {
      asked.push(incoming.url ?? '');
      response.end('fine');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    t.after(() => server.close());
    const url = `https://localhost:${(server.address() as AddressInfo).port}/mcp`;
    const health = { path: '/up', body: 'fine', every: '1s' };
    const trusting = await start(t, { config: config({ health }), pools: { search: [url] }, env: { NODE_EXTRA_CA_CERTS: cert } });
    await until('two looks', () => asked.length >= 2);
    assert.deepEqual(trusting.logs.filter(({ event }) => event === 'instance-down'), []);
    const wary = await start(t, { config: config({ health }), pools: { search: [url] } });
    await wary.waitFor('instance-down');
  });
});

describe('regions', () => {
  test('its own first, others when that is down, its own again', async (t) => {
    const [here, there] = (await upstreams(2)) as [FakeUpstream, FakeUpstream];
    const instances = [{ id: 'there', url: there.url, region: 'iad' }, { id: 'here', url: here.url, region: 'fra' }];
    const options = { config: config({ strategy: { balance: 'round-robin', prefer: 'region', retries: 1 }, instances }) };
    const gateway = await start(t, { ...options, env: { FLY_REGION: 'iad', MCP_GATEWAY_REGION: 'fra' } });
    const asked = async (): Promise<[number, number]> => {
      const before = [here.received.length, there.received.length] as const;
      for (let i = 0; i < 6; i++) assert.equal((await ask(gateway.port, LIST)).status, 200);
      return [here.received.length - before[0], there.received.length - before[1]];
    };
    assert.deepEqual(await asked(), [6, 0]);
    await here.kill();
    assert.equal((await asked())[1], 6);
    await here.revive();
    await gateway.waitFor('instance-up', (line) => line['instance'] === 'here');
    assert.deepEqual(await asked(), [6, 0]);
    const onFly = await start(t, { ...options, env: { FLY_REGION: 'iad' } });
    const before = there.received.length;
    for (let i = 0; i < 3; i++) await ask(onFly.port, LIST);
    assert.equal(there.received.length - before, 3);
  });
});

describe('a reload', () => {
  test('to another strategy and other instances cuts no stream, and forgets no health', async (t) => {
    const [one, two, three] = (await upstreams(3)) as [FakeUpstream, FakeUpstream, FakeUpstream];
    const gateway = await start(t, {
      config: config({ strategy: { balance: 'round-robin', breaker: { failures: 1, cooldown: '10m' } } }),
      pools: poolsOf([one, two]),
    });
    two.behave = ({ response }) => void response.writeHead(503).end();
    while ((await breakers(gateway)).every(({ state }) => state !== 'open')) await ask(gateway.port, CALL);
    let open: ReturnType<typeof stream> | undefined;
    one.behave = ({ response }) => void (open = stream(response)).write(': open\n\n');
    const connection = await dial(gateway.port);
    connection.send(requestBytes(CALL));
    await connection.head();
    await connection.body((text) => text.includes('open'));
    one.behave = two.behave = answerAll;

    const [asked] = [two.received.length];
    await gateway.sighup(config({ strategy: { balance: 'least-connections', breaker: { failures: 2, cooldown: '20m' } } }), poolsOf([one, two]));
    for (let i = 0; i < 4; i++) assert.equal((await ask(gateway.port, CALL)).status, 200);
    assert.equal(two.received.length, asked, 'its breaker is still open');
    await gateway.sighup(config({ strategy: 'random' }), poolsOf([two, three]));
    await gateway.waitFor('instance-removed', (line) => line['instance'] === hostOf(one));
    for (let i = 0; i < 8; i++) assert.equal((await ask(gateway.port, CALL)).status, 200);
    // Longer than it takes to close what has nothing under way.
    await gateway.waitFor('reloaded');
    open?.write('data: {"jsonrpc":"2.0","id":1,"result":{}}\n\n');
    open?.end();
    const { text, complete } = await connection.body();
    assert.deepEqual([text.includes('"result"'), complete], [true, true]);
    connection.close();
    assert.deepEqual(gateway.logs.filter(({ level }) => level === 'error'), []);
  });
});

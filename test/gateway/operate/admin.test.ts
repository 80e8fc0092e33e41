/** The listener for operators: who may read it, and what it says. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { request } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { as, secretValue, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, type AskOptions } from '../../support/http.js';
import { startUpstream, type FakeUpstream } from '../../support/upstreams.js';

const post = (message: unknown, headers: AskOptions['headers'] = {}): AskOptions => ({ path: '/mcp/search', message, headers });
const LIST = request('tools/list');

describe('the admin listener', () => {
  const CONFIG = gatewayConfig({
    auth: { clients: { acme: { keys: [{ secret: 'ACME_KEY' }], permissions: ['read'] } } },
    tenants: { acme: { match: { client: 'acme' }, servers: '*', rate: '10/min' } },
    origins: { app: 'https://app.example.com', previews: 'https://*.dev.example.com', any: { preset: 'any-https' } },
    gateway: { admin: { readToken: { secret: 'READ_TOKEN' } }, sessionKeys: [{ secret: 'SESSION_KEY' }] },
  });
  let upstream: FakeUpstream;
  let guarded: RunningGateway;
  let open: RunningGateway;
  before(async () => {
    upstream = await startUpstream();
    const start = (config: Config): Promise<RunningGateway> => startGateway({ config, pools: { search: [upstream.url] } });
    [guarded, open] = await Promise.all([start(CONFIG), start(gatewayConfig())]);
  });
  after(() => Promise.all([guarded, open].map((gateway) => (gateway.signal('SIGKILL'), gateway.ended))));
  const token = { authorization: `Bearer ${secretValue('READ_TOKEN')}` };

  test('with a token, which is asked for everything', async () => {
    for (const path of ['/metrics', '/config', '/config?x']) {
      assert.equal((await guarded.admin(path, token)).status, 200);
      for (const headers of [
        {},
        { authorization: 'Bearer wrong' },
        { authorization: secretValue('READ_TOKEN') },
        as('acme'),
        { 'x-api-key': secretValue('READ_TOKEN') },
        { authorization: 'Bearer ' },
      ]) {
        const { status, headers: answered } = await guarded.admin(path, headers);
        assert.deepEqual([status, answered['www-authenticate']], [401, 'Bearer'], JSON.stringify(headers));
      }
    }
  });

  test('a token does not work on the public port, nor do its pages', async () => {
    for (const path of ['/metrics', '/config']) assert.equal((await ask(guarded.port, { path, headers: token })).status, 404);
    assert.equal((await ask(guarded.port, post(LIST, token))).status, 401);
  });

  test('without one, only this machine by its own name, and no web page', async () => {
    for (const host of ['localhost', `localhost:${open.adminPort}`, '127.0.0.1', '[::1]:1'])
      assert.equal((await open.admin('/metrics', { host })).status, 200, host);
    for (const host of ['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', 'localhost@evil.example', 'evil.example:80'])
      assert.equal((await open.admin('/config', { host })).status, 401, host);
    for (const origin of ['null', 'http://localhost', 'https://evil.example']) assert.equal((await open.admin('/config', { origin })).status, 401, origin);
  });

  test('pages, methods', async () => {
    for (const path of ['/', '/nothing', '/metrics/', '//metrics', '/../config', '/__proto__']) assert.equal((await open.admin(path)).status, 404, path);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers } = await ask(open.adminPort, { path: '/config', method });
      assert.deepEqual([status, headers['allow']], [405, 'GET'], method);
      assert.ok(!Object.keys(headers).some((name) => name.startsWith('access-control')));
    }
  });

  test('/config says what is enforced, and no secret', async () => {
    const { text, headers } = await guarded.admin('/config', token);
    assert.deepEqual([headers['content-type'], headers['cache-control'], headers['x-content-type-options']], ['application/json', 'no-store', 'nosniff']);
    const config = JSON.parse(text) as {
      hash: string;
      origin: unknown;
      tenants: unknown;
      clients: unknown;
      pools: { server: string; instances: { up: boolean }[] }[];
    };
    assert.deepEqual(config.origin, { allowed_origins: ['https://*.dev.example.com', 'https://app.example.com'], allow_https: true, allow_ngrok: false });
    assert.deepEqual([config.tenants, config.clients, config.pools[0]?.server], [['acme'], ['acme'], 'search']);
    for (const secret of ['ACME_KEY', 'READ_TOKEN', 'SESSION_KEY']) assert.ok(!text.includes(secretValue(secret)), secret);
    assert.ok(!text.includes('_KEY') && !text.includes('TOKEN'), 'nor the names of secrets');
  });

  test('/metrics is the text format, with every series of one name together', async () => {
    await ask(open.port, post(LIST));
    await ask(open.port, { path: '/nowhere' });
    const { text, headers } = await open.admin('/metrics');
    assert.match(headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
    assert.ok(text.endsWith('\n'));
    const seen: string[] = [];
    for (const line of text.trimEnd().split('\n')) {
      assert.match(line, /^(# (HELP|TYPE) [a-z_0-9]+ .+|[a-z_0-9]+(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? [-+0-9.eInfNa]+)$/, line);
      const name = (/^(?:# (?:HELP|TYPE) )?([a-z_0-9]+?)(_bucket|_sum|_count)?[ {]/.exec(line) ?? [])[1] ?? '';
      if (seen.at(-1) !== name) seen.push(name);
    }
    assert.equal(new Set(seen).size, seen.length, 'a name comes twice');
    const metrics = await open.metrics();
    const buckets = [...metrics].filter(([name]) => name.startsWith('mcpgen_request_duration_seconds_bucket{server="search"')).map(([, value]) => value);
    assert.deepEqual([...buckets].sort((a, b) => a - b), buckets, 'buckets add up');
    assert.equal(metrics.get('mcpgen_request_duration_seconds_count{server="search"}'), buckets.at(-1));
    assert.equal(metrics.get('mcpgen_requests_total{server="search",method="POST",status="200"}'), 1);
    assert.ok([...metrics].some(([name, value]) => name.startsWith('mcpgen_build_info{') && value === 1));
  });

  test('what callers send makes no series of its own', async () => {
    const before = (await open.metrics()).size;
    for (let i = 0; i < 50; i++) {
      await ask(open.port, { path: `/nowhere-${i}`, method: ['PROPFIND', 'LOCK', 'PATCH', 'TRACE'][i % 4] ?? '' });
      await ask(open.port, post(request(`method-${i}`), { origin: `https://${i}.example`, host: `h${i}.example` }));
    }
    assert.ok((await open.metrics()).size - before < 20);
  });
});

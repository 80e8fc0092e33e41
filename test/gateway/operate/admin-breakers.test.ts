/** The admin listener's pages about instances: who may read, who may change, and what is said about it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { request } from '../../support/gateway-messages.js';
import { gatewayConfig, type Config } from '../../support/gateway-tables.js';
import { secretValue, startGateway, type RunningGateway } from '../../support/gateway.js';
import { ask, until, type HttpAnswer } from '../../support/http.js';
import { startUpstream, type FakeUpstream } from '../../support/upstreams.js';

const READ = { readToken: { secret: 'READ_TOKEN' } };
const WRITE = { writeToken: { secret: 'WRITE_TOKEN' } };
const bearer = (name: string) => ({ authorization: `Bearer ${secretValue(name)}` });
const reader = bearer('READ_TOKEN');
const writer = bearer('WRITE_TOKEN');
type Headers = Readonly<Record<string, string>>;

function config(admin: Config): Config {
  const server = (strategy: string) => ({ kind: 'http', strategy, instances: [{ url: 'http://127.0.0.1:9/mcp' }] });
  return gatewayConfig({
    strategies: { careful: { balance: 'round-robin', breaker: { failures: 1, cooldown: '10m' } } },
    servers: { search: server('careful'), notes: server('round-robin') },
    gateway: { admin, limits: { perAddress: '100000/s' }, log: { audit: false } },
  });
}

let one: FakeUpstream;
let two: FakeUpstream;
let open: RunningGateway;
let reading: RunningGateway;
let writing: RunningGateway;
let both: RunningGateway;
before(async () => {
  [one, two] = await Promise.all([startUpstream(), startUpstream()]);
  const start = (admin: Config) => startGateway({ pools: { search: [one.url, two.url], notes: [one.url] }, config: config(admin) });
  [open, reading, writing, both] = await Promise.all([start({}), start(READ), start(WRITE), start({ ...READ, ...WRITE })]);
});

const reset = (gateway: RunningGateway, headers: Headers = {}, body?: string): Promise<HttpAnswer> =>
  ask(gateway.adminPort, { path: '/circuit-breakers/reset', method: 'POST', headers, ...(body === undefined ? {} : { body: Buffer.from(body) }) });
const call = (gateway: RunningGateway, server = 'search') => ask(gateway.port, { path: `/mcp/${server}`, message: request('tools/call', { name: 'x' }) });
const host = ({ port }: FakeUpstream): string => `127.0.0.1:${port}`;
const parsed = (answer: HttpAnswer): Record<string, unknown> => JSON.parse(answer.text) as Record<string, unknown>;

describe('who may', () => {
  test('change: the write token where there is one; this machine where there is no token at all', async () => {
    for (const [what, gateway, headers, status] of [
      ['no tokens, loopback', () => open, {}, 200],
      ['no tokens, by another name', () => open, { host: 'evil.example' }, 403],
      ['no tokens, a web page', () => open, { origin: 'http://localhost' }, 403],
      ['a read token, given', () => reading, reader, 403],
      ['a read token, not given', () => reading, {}, 403],
      ['a write token, given', () => writing, writer, 200],
      ['a write token, not given', () => writing, {}, 401],
      ['a write token, another given', () => writing, reader, 401],
      ['both, the write token', () => both, writer, 200],
      ['both, the write token and another host', () => both, { ...writer, host: 'gateway-admin:9180' }, 200],
      ['both, the read token', () => both, reader, 403],
      ['both, none', () => both, {}, 401],
      ['both, an empty one', () => both, { authorization: 'Bearer ' }, 401],
    ] as const satisfies readonly (readonly [string, () => RunningGateway, Headers, number])[]) {
      const answer = await reset(gateway(), headers);
      assert.deepEqual(
        [answer.status, answer.headers['content-type'], answer.headers['cache-control'], answer.headers['www-authenticate']],
        [status, 'application/json', 'no-store', status === 401 ? 'Bearer' : undefined],
        what,
      );
      assert.equal('error' in parsed(answer), status !== 200, what);
    }
  });

  test('read: either token; this machine where there is none for reading', async () => {
    for (const path of ['/circuit-breakers', '/gateway/stats', '/config', '/metrics']) {
      for (const [gateway, headers, status] of [
        [open, {}, 200],
        [reading, {}, 401],
        [reading, reader, 200],
        [writing, {}, 200],
        [writing, { host: 'x.example' }, 401],
        [writing, { ...writer, host: 'x.example' }, 200],
        [both, writer, 200],
        [both, reader, 200],
        [both, {}, 401],
      ] as const) {
        assert.equal((await gateway.admin(path, headers)).status, status, `${path} ${JSON.stringify(headers)}`);
      }
    }
  });

  test('methods', async () => {
    for (const [path, method, allow] of [
      ['/circuit-breakers', 'POST', 'GET'],
      ['/gateway/stats', 'DELETE', 'GET'],
      ['/circuit-breakers/reset', 'GET', 'POST'],
      ['/circuit-breakers/reset', 'PUT', 'POST'],
    ] as const) {
      const { status, headers } = await ask(open.adminPort, { path, method });
      assert.deepEqual([status, headers['allow']], [405, allow], `${method} ${path}`);
    }
    for (const path of ['/circuit-breakers/', '/circuit-breakers/reset/x', '/gateway']) assert.equal((await open.admin(path)).status, 404, path);
    assert.equal((await ask(both.adminPort, { path: '/circuit-breakers/reset', method: 'GET' })).status, 401);
  });

  test('not on the public port', async () => {
    for (const path of ['/circuit-breakers', '/circuit-breakers/reset', '/gateway/stats'])
      assert.equal((await ask(both.port, { path, method: 'POST', headers: writer })).status, 404);
  });
});

describe('what is reset', () => {
  async function openBoth(gateway: RunningGateway): Promise<void> {
    one.behave = two.behave = ({ response }) => void response.writeHead(502).end();
    while ((await call(gateway)).status !== 503);
  }

  test('all, those of a server, one; each change is one audit line', async () => {
    await openBoth(both);
    const since = both.logs.length;
    const names = [one, two].map((upstream) => ({ server: 'search', instance: host(upstream) }));
    assert.deepEqual(parsed(await reset(both, writer, JSON.stringify({ server: 'notes' }))), { reset: [] });
    assert.deepEqual(parsed(await reset(both, writer, JSON.stringify({ server: 'search', instance: host(two) }))), { reset: names.slice(1) });
    assert.deepEqual(parsed(await reset(both, writer, JSON.stringify({ instance: host(one) }))), { reset: names.slice(0, 1) });
    await openBoth(both);
    assert.deepEqual(parsed(await reset(both, writer)), { reset: names });
    const lines = () => both.logs.slice(since).filter(({ action }) => action === 'circuit-breakers-reset');
    await until('a line for each', () => lines().length >= 4);
    assert.deepEqual(
      lines().map(({ action, server, instance, by, level }) => [level, action, server, instance, by]),
      [
        ['notes', null],
        ['search', host(two)],
        [null, host(one)],
        [null, null],
      ].map(([server, instance]) => ['info', 'circuit-breakers-reset', server, instance, 'write-token']),
    );
    await reset(open);
    assert.equal((await open.waitFor('audit'))['by'], 'loopback');
  });

  test('nothing by a body that is not understood', async () => {
    await openBoth(both);
    const since = both.logs.length;
    for (const [body, status] of [
      ['{', 400],
      ['[]', 400],
      ['null', 400],
      ['"search"', 400],
      ['{"sever":"search"}', 400],
      ['{"server":1}', 400],
      ['{"server":null}', 400],
      ['{"__proto__":"x"}', 400],
      ['{"server":"nobody"}', 404],
      ['{"server":"__proto__"}', 404],
      ['{"instance":"nobody"}', 404],
      [`{"server":"notes","instance":"${host(two)}"}`, 404],
      [`{"server":"${'x'.repeat(5000)}"}`, 413],
    ] as const)
      assert.equal((await reset(both, writer, body)).status, status, body.slice(0, 60));
    assert.equal((await call(both)).status, 503);
    // Each attempt is in the audit as what it was.
    const audited = () => both.logs.slice(since).filter(({ event }) => event === 'audit');
    await until('a line for each attempt', () => audited().length >= 13);
    assert.deepEqual([...new Set(audited().map(({ kind, decision, path }) => `${kind} ${decision} ${path}`))], ['admin refuse /circuit-breakers/reset']);
    await reset(both, writer);
  });
});

describe('what is said', () => {
  test('/circuit-breakers: every instance, with or without a breaker', async () => {
    one.behave = ({ response }) => void response.writeHead(502).end();
    two.behave = ({ message, response }) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id: message?.id, result: {} }));
    await reset(open);
    for (let i = 0; i < 4; i++) await call(open);
    const { breakers } = parsed(await open.admin('/circuit-breakers')) as { breakers: Record<string, unknown>[] };
    assert.deepEqual(
      breakers.map(({ since, retryAfter, ...row }) => ({
        ...row,
        waits: Number(retryAfter) > 500,
        isTime: typeof since === 'string' && Math.abs(Date.now() - Date.parse(since)) < 60_000,
      })),
      [
        { server: 'notes', instance: host(one), state: 'none', failures: 0, up: true, active: 0, ejected: false, waits: false, isTime: false },
        { server: 'search', instance: host(one), state: 'open', failures: 1, up: true, active: 0, ejected: false, waits: true, isTime: true },
        { server: 'search', instance: host(two), state: 'closed', failures: 0, up: true, active: 0, ejected: false, waits: false, isTime: true },
      ],
    );
  });

  test('/gateway/stats: requests, health and how load is spread', async () => {
    const { servers } = parsed(await open.admin('/gateway/stats')) as {
      servers: Record<string, Record<string, unknown> & { load: Record<string, unknown>[] }>;
    };
    const { requests, error_rate: rate, active, instances, load = [] } = servers['search'] ?? assert.fail();
    assert.deepEqual([requests, rate, active, instances], [4, 0.25, 0, { total: 2, healthy: 1, unknown: 0, percent: 50 }]);
    assert.deepEqual(
      load.map(({ id, requests, share, failed, active }) => [id, requests, share, failed, active]),
      [
        [host(one), 1, 0.25, 1, 0],
        [host(two), 3, 0.75, 0, 0],
      ],
    );
    assert.ok(Number(load[1]?.['latency_ms']) > 0);
    assert.deepEqual([servers['notes']?.['requests'], servers['notes']?.['error_rate']], [0, 0]);
  });

  test('/metrics pleases promtool, and forgets instances that have left', async (t) => {
    const { text } = await open.admin('/metrics');
    for (const [name, type] of [
      ['mcpgen_breaker_state', 'gauge'],
      ['mcpgen_upstream_up', 'gauge'],
      ['mcpgen_upstream_active', 'gauge'],
      ['mcpgen_upstream_health_ratio', 'gauge'],
      ['mcpgen_upstream_requests_total', 'counter'],
    ]) {
      assert.ok(text.includes(`# TYPE ${name} ${type}\n`), name);
    }
    const series = (port: number, from: string): number =>
      from.split('\n').filter((line) => line.includes(`server="search",instance="127.0.0.1:${port}"`)).length;
    assert.deepEqual([series(one.port, text), series(two.port, text)], [8, 8]);
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    if (checked.error) t.diagnostic('promtool is not installed here: not checked by it');
    else assert.deepEqual([checked.status, checked.stderr], [0, '']);
    await open.sighup(config({}), { search: [two.url], notes: [one.url] });
    const { text: later } = await open.admin('/metrics');
    assert.deepEqual([series(one.port, later), series(two.port, later)], [0, 8]);
  });
});

/** From the plan to the tables by which a gateway decides. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gatewayTables } from '#src/emit/gateway/tables.js';
import type { GatewayTables } from '#src/gateway/runtime/tables/gateway.js';
import { least, planOf, type Json } from '../../support/planned.js';
import { FULL } from '../../plan/support.js';

const full = gatewayTables(planOf(FULL));
const tablesOf = (more: Json): GatewayTables => gatewayTables(planOf(least(more)));
const ALL_TARGETS = { nginx: {}, compose: {}, kubernetes: {}, fly: { region: 'ord' } };

describe('tables', () => {
  test('say who is asked for', () => {
    const { name, environment, profile, hash, publicUrl } = full;
    assert.deepEqual({ name, environment, profile, publicUrl }, { name: 'acme', environment: null, profile: 'production', publicUrl: 'https://mcp.acme.com' });
    assert.equal(hash, planOf(FULL).hash);
  });

  test('listen where the placement wants', () => {
    assert.deepEqual(full.listen, {
      local: { host: '127.0.0.1', port: 9000 },
      compose: { host: '0.0.0.0', port: 9000 },
      kubernetes: { host: '0.0.0.0', port: 9000 },
      fly: { host: '::', port: 9000 },
    });
    const own = tablesOf({ gateway: { listen: { host: '::1' }, admin: { port: 9999, host: '10.0.0.1' } } });
    assert.deepEqual(new Set(Object.values(own.listen).map(({ host, port }) => `${host} ${port}`)), new Set(['::1 8080']));
    assert.deepEqual(new Set(Object.values(own.admin?.listen ?? {}).map(({ host, port }) => `${host} ${port}`)), new Set(['10.0.0.1 9999']));
    const alike = Object.fromEntries(Object.entries(full.listen).map(([placement, { host }]) => [placement, { host, port: 9180 }]));
    assert.deepEqual(full.admin?.listen, { ...alike, compose: { host: 'gateway_admin', port: 9180 } });
    assert.equal(tablesOf({ gateway: { admin: {} } }).admin?.listen.compose.host, '0.0.0.0', 'where its own loopback is all that it answers');
    assert.deepEqual([full.admin?.readToken, full.admin?.writeToken], ['READ', 'WRITE']);
    assert.deepEqual([own.admin?.readToken, own.admin?.writeToken], [null, null]);
    assert.equal(tablesOf({}).admin, null);
  });

  test('know the names a platform calls the gateway by', () => {
    assert.deepEqual(full.internalHosts, {
      local: [],
      compose: ['gateway'],
      kubernetes: ['acme-gateway', 'acme-gateway.acme', 'acme-gateway.acme.svc', 'acme-gateway.acme.svc.cluster.local'],
      fly: ['acme-mcp.internal', 'acme-mcp.flycast'],
    });
    assert.deepEqual(tablesOf({}).internalHosts, { local: [], compose: [], kubernetes: [], fly: [] });
    assert.deepEqual(tablesOf({ targets: { kubernetes: { namespace: 'tools' } } }).internalHosts.kubernetes[1], 'acme-gateway.tools');
  });

  test('trust the hop that was generated in front, and those outside', () => {
    const outside = [{ cidr: '10.0.0.0/16' }, { cidr: '10.1.0.0/16' }];
    assert.deepEqual(full.trusted, {
      local: [{ cidr: '127.0.0.0/8' }, { cidr: '::1/128' }, ...outside],
      compose: [{ name: 'nginx' }, ...outside],
      kubernetes: outside,
      fly: [{ cidr: '172.16.0.0/12' }, ...outside],
    });
    assert.deepEqual(tablesOf({}).trusted, { local: [], compose: [], kubernetes: [], fly: [] });
    assert.deepEqual(tablesOf({ targets: { compose: {} } }).trusted.compose, []);
  });

  test('have each origin set as the gateway matches it, without what is rejected', () => {
    const sets = new Map(full.originSets);
    assert.deepEqual([...sets.keys()], ['+all', '+none', 'app', 'app+previews']);
    assert.deepEqual(sets.get('app'), { exact: ['https://app.acme.com'], subdomains: [], loopback: [], anyHttps: false, tunnels: [] });
    assert.deepEqual(sets.get('app+previews'), {
      exact: ['https://app.acme.com', 'https://preview.acme.com'],
      subdomains: [{ scheme: 'https', suffix: '.preview.acme.com', port: '' }],
      loopback: [],
      anyHttps: false,
      tunnels: [],
    });
    const all = sets.get('+all');
    assert.deepEqual([all?.loopback, all?.anyHttps, all?.tunnels.includes('.ngrok.app')], [['http'], false, true]);
    assert.ok(!JSON.stringify(full.originSets).includes('null') && !JSON.stringify(full.originSets).includes('/path'));
  });

  test('recognise tenants', () => {
    assert.deepEqual(full.matches, {
      clients: [
        ['internal', 'internal'],
        ['partner', 'partner'],
      ],
      hosts: [['partner.acme.com', 'partner']],
      paths: ['internal'],
      implied: null,
    });
    assert.deepEqual(tablesOf({}).matches, { clients: [], hosts: [], paths: [], implied: 'default' });
    assert.deepEqual(full.hosts, ['mcp.acme.com', 'partner.acme.com', 'tools.acme.com']);
  });

  test('have pools, and hosts for stdio servers alone', () => {
    const pools = new Map(full.pools);
    assert.deepEqual(pools.get('web')?.health, { kind: 'http', path: '/health', method: 'GET', status: 200, body: null, every: 5000, timeout: 10_000 });
    assert.equal(pools.get('web')?.host, null);
    const files = pools.get('files');
    assert.deepEqual(files?.host, { child: files?.sources.local.kind === 'spawn' ? files.sources.local.child : null, port: 8000, path: '/mcp' });
    assert.deepEqual(files?.host?.child.env, [['KEY', { secret: 'FILES_KEY' }], ['ROOT', { text: '/data' }]]);
  });

  test('ask the port where a platform runs a command: the gateway is elsewhere', () => {
    const of = (health: Json) => tablesOf({ servers: { web: { kind: 'http', image: 'x', health } } }).pools[0]?.[1].health;
    assert.deepEqual(of({ command: ['true'], every: '5s' }), { kind: 'tcp', every: 5000, timeout: 10_000 });
    assert.deepEqual(of({ mcp: 'ping' }), { kind: 'mcp', ask: 'ping', every: 30_000, timeout: 10_000 });
    const question = { kind: 'http', path: '/h', method: 'POST', status: 201, body: 'ok', every: 30_000, timeout: 1000 };
    assert.deepEqual(of({ path: '/h', method: 'POST', status: 201, body: 'ok', timeout: '1s' }), question);
  });

  test('say how an instance is chosen, and what is changed on the way', () => {
    const strategies = { own: { balance: 'rendezvous', by: 'tenant', prefer: 'region', retries: 1, breaker: {}, timeouts: { response: '5s' } } };
    const transform = { request: { set: { 'X-B': '2', 'X-A': '1' }, remove: ['X-C'] }, response: { redact: ['content[*]'] } };
    const instances = [{ url: 'https://a.acme.com/mcp', weight: 3, region: 'ord' }];
    const own = { kind: 'http', instances, strategy: 'own', revision: 'legacy', sse: '/sse', sessionLoss: '404', transform };
    const tables = tablesOf({ gateway: { revisions: ['2024-11-05', '2025-06-18'] }, strategies, servers: { own, web: { kind: 'http', image: 'x' } } });
    const { choice, timeouts, revision, sse, sessionLoss, transform: changes, sources } = new Map(tables.pools).get('own') ?? {};
    const breaker = { failures: 5, window: 30_000, cooldown: 30_000 };
    assert.deepEqual(choice, { balance: 'rendezvous', by: 'tenant', preferRegion: true, retries: 1, breaker, ejection: 0.5 });
    assert.deepEqual([timeouts?.response, revision, sse, sessionLoss], [5000, 'legacy', '/sse', '404']);
    assert.deepEqual(changes, {
      request: { set: [['x-a', '1'], ['x-b', '2']], remove: ['x-c'] },
      response: { set: [], remove: [], redact: [[{ kind: 'name', name: 'content' }, { kind: 'each' }]] },
    });
    assert.deepEqual(sources?.local.kind === 'urls' && sources.local.instances, [
      { id: 'a.acme.com', url: 'https://a.acme.com/mcp', weight: 3, region: 'ord' },
    ]);
    assert.equal(new Map(tables.pools).get('web')?.transform, null, 'nothing to change');
  });

  test('have the routes of each transport, and where spans go', () => {
    const tables = tablesOf({
      gateway: { revisions: ['2024-11-05', '2026-07-28'], traces: { otlp: 'http://otel:4318', sample: '10%' }, limits: { toolNames: 8 } },
    });
    assert.deepEqual(tables.routes.map(([path, { kind, server, methods }]) => `${path} ${kind} ${server} ${methods.join()}`), [
      '/health/servers health  GET,HEAD', '/mcp/web mcp web POST', '/mcp/web/message message web POST', '/mcp/web/sse sse web GET',
    ]);
    assert.deepEqual(tables.traces, { otlp: 'http://otel:4318/v1/traces', sample: 0.1 });
    assert.equal(tables.limits.toolNames, 8);
    assert.equal(tablesOf({}).traces, null);
  });

  test('hold no path into the config: a moved line is no other gateway', () => {
    const found: string[] = [];
    JSON.stringify(full, (key, value: unknown) => (key === 'from' ? found.push(String(value)) : value));
    assert.deepEqual(found, []);
  });

  test('are plain data', () => {
    for (const tables of [full, tablesOf({ targets: ALL_TARGETS })]) assert.deepEqual(JSON.parse(JSON.stringify(tables)), tables);
  });
});

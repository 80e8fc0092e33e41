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
      image: { host: '0.0.0.0', port: 9000 },
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
      compose: ['gateway', 'localhost', '127.0.0.1', '[::1]'],
      kubernetes: ['acme-gateway', 'acme-gateway.acme', 'acme-gateway.acme.svc', 'acme-gateway.acme.svc.cluster.local'],
      fly: ['acme-mcp.internal', 'acme-mcp.flycast'],
      image: [],
    });
    const loopback = ['localhost', '127.0.0.1', '[::1]'];
    assert.deepEqual(tablesOf({}).internalHosts, { local: [], compose: [], kubernetes: [], fly: [], image: loopback }, 'Docker publishes an image on loopback');
    const kubernetes = { namespace: 'tools', clusterDomain: 'k8s.acme.com' };
    const names = ['acme-gateway', 'acme-gateway.tools', 'acme-gateway.tools.svc', 'acme-gateway.tools.svc.k8s.acme.com'];
    assert.deepEqual(tablesOf({ targets: { kubernetes } }).internalHosts.kubernetes, names, 'field-26d');
  });

  test('field-27 listen where their container is reached, whatever this machine is told', () => {
    const { listen } = tablesOf({ gateway: { listen: { host: '127.0.0.1', port: 9000 } } });
    const hosts = Object.fromEntries(Object.entries(listen).map(([placement, { host }]) => [placement, host]));
    assert.deepEqual(hosts, { local: '127.0.0.1', compose: '0.0.0.0', kubernetes: '0.0.0.0', fly: '::', image: '0.0.0.0' });
    assert.equal(tablesOf({ gateway: { listen: { host: '10.0.0.7', port: 9000 } } }).listen.compose.host, '10.0.0.7');
  });

  test('field-11b serve the name that Fly gives an app, where the config gives none that is public', () => {
    const fly = tablesOf({ targets: { fly: { app: 'acme-mcp', region: 'ord' } } }).internalHosts.fly;
    assert.deepEqual(fly, ['acme-mcp.internal', 'acme-mcp.flycast', 'acme-mcp.fly.dev']);
  });

  test('field-09b count no addresses where an exposure hides them', () => {
    const kubernetes = { exposure: { kind: 'gateway-api', parent: { name: 'shared' } } };
    const counts = (targets: object, gateway: object = {}): unknown => tablesOf({ targets, gateway }).countsAddresses;
    assert.deepEqual(counts({ kubernetes }), { local: true, compose: true, kubernetes: false, fly: true, image: true });
    const all = { local: true, compose: true, kubernetes: true, fly: true, image: true };
    assert.deepEqual(counts({ kubernetes }, { trustedProxies: ['10.244.0.0/16'] }), all);
    assert.deepEqual(counts({ kubernetes: { exposure: { kind: 'none' } } }), all);
  });

  test('trust the hop that was generated in front, and those outside', () => {
    const outside = [{ cidr: '10.0.0.0/16' }, { cidr: '10.1.0.0/16' }];
    assert.deepEqual(full.trusted, {
      local: [{ cidr: '127.0.0.1' }, ...outside],
      compose: [{ name: 'nginx' }, ...outside],
      kubernetes: outside,
      fly: [{ cidr: '172.16.0.0/12' }, ...outside],
      image: outside,
    });
    assert.deepEqual(tablesOf({}).trusted, { local: [], compose: [], kubernetes: [], fly: [], image: [] });
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
      claims: [],
      lookups: [],
      implied: null,
    });
    assert.deepEqual(tablesOf({}).matches, { clients: [], hosts: [], paths: [], claims: [], lookups: [], implied: 'default' });
    assert.deepEqual(full.hosts, ['mcp.acme.com', 'partner.acme.com', 'tools.acme.com']);
  });

  test('have pools, and hosts for stdio servers alone', () => {
    const pools = new Map(full.pools);
    assert.deepEqual(pools.get('web')?.health, { kind: 'http', path: '/health', method: 'GET', status: 200, body: null, every: 5000, timeout: 10_000 });
    assert.equal(pools.get('web')?.host, null);
    const files = pools.get('files');
    const here = files?.sources.local.kind === 'spawn' ? files.sources.local.child : null;
    const offline = ['NPM_CONFIG_OFFLINE', { text: 'true' }] as const;
    assert.deepEqual(here?.env, [['KEY', { secret: 'FILES_KEY' }], ['ROOT', { text: '/data' }]]);
    assert.deepEqual(files?.host, { child: { ...here, env: [here?.env[0], offline, here?.env[1]] }, port: 8000, path: '/mcp' });
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

/** The half of the plan that every enforcement point decides by. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { least, planOf, problems, type Json } from '../support/planned.js';
import { FULL } from './support.js';

const trafficOf = (config: Json) => planOf(config).traffic;
const gateway = (gateway: Json): Json => least({ gateway: { sessionKeys: [{ secret: 'SEAL' }], ...gateway } });

describe('the public URL', () => {
  const URLS: Readonly<Record<string, readonly [href: string, scheme: string, host: string, port: number, isPublic: boolean]>> = {
    'https://mcp.acme.com': ['https://mcp.acme.com', 'https', 'mcp.acme.com', 443, true],
    'https://mcp.acme.com/': ['https://mcp.acme.com', 'https', 'mcp.acme.com', 443, true],
    'HTTPS://MCP.Acme.COM:443': ['https://mcp.acme.com', 'https', 'mcp.acme.com', 443, true],
    'https://mcp.acme.com:8443': ['https://mcp.acme.com:8443', 'https', 'mcp.acme.com', 8443, true],
    'http://mcp.acme.com': ['http://mcp.acme.com', 'http', 'mcp.acme.com', 80, true],
    'http://10.0.0.1:8080': ['http://10.0.0.1:8080', 'http', '10.0.0.1', 8080, true],
    'http://localhost:9000': ['http://localhost:9000', 'http', 'localhost', 9000, false],
    'http://127.0.0.1': ['http://127.0.0.1', 'http', '127.0.0.1', 80, false],
    'http://127.8.8.8:1': ['http://127.8.8.8:1', 'http', '127.8.8.8', 1, false],
    'http://[::1]:8080': ['http://[::1]:8080', 'http', '[::1]', 8080, false],
    'http://127.0.0.1.evil.com': ['http://127.0.0.1.evil.com', 'http', '127.0.0.1.evil.com', 80, true],
    'https://bücher.example': ['https://xn--bcher-kva.example', 'https', 'xn--bcher-kva.example', 443, true],
  };
  for (const [url, [href, scheme, host, port, isPublic]] of Object.entries(URLS)) {
    test(url, () => assert.deepEqual(trafficOf(gateway({ url })).publicUrl, { href, scheme, host, port, isPublic, from: 'gateway.url' }));
  }

  test('is on loopback at the port the gateway listens on, when there is none', () => {
    assert.deepEqual(trafficOf(least()).publicUrl, { href: 'http://127.0.0.1:8080', scheme: 'http', host: '127.0.0.1', port: 8080, isPublic: false, from: 'gateway' });
    assert.equal(trafficOf(gateway({ listen: { port: 9000 } })).publicUrl.href, 'http://127.0.0.1:9000');
  });

  test('accepts its own host however the request spells it: the gateway drops a trailing dot before it looks', () => {
    const { hosts } = trafficOf(gateway({ url: 'https://mcp.acme.com.' }));
    assert.deepEqual(hosts.map(({ name }) => name), ['mcp.acme.com']);
  });
});

describe('the profile', () => {
  const PROFILES: readonly (readonly [written: string | undefined, url: string | undefined, profile: string])[] = [
    [undefined, undefined, 'local'],
    [undefined, 'http://localhost:8080', 'local'],
    [undefined, 'https://mcp.acme.com', 'production'],
    ['local', 'https://mcp.acme.com', 'local'],
    ['production', undefined, 'production'],
  ];
  for (const [profile, url, wanted] of PROFILES) {
    test(`${profile ?? 'none'} written, ${url ?? 'no URL'}`, () => {
      const config = { ...gateway(url === undefined ? {} : { url }), ...(profile === undefined ? {} : { profile }) };
      assert.equal(planOf(config).profile, wanted);
    });
  }
});

test('accepted hosts: the URL’s, further ones, and those of tenants', () => {
  assert.deepEqual(trafficOf(FULL).hosts, [
    { name: 'mcp.acme.com', tenant: null, from: 'gateway.hosts' },
    { name: 'partner.acme.com', tenant: 'partner', from: 'tenants.partner.match' },
    { name: 'tools.acme.com', tenant: null, from: 'gateway.hosts' },
  ]);
  const any = trafficOf(gateway({ url: 'https://mcp.acme.com', hosts: 'any' }));
  assert.deepEqual([any.anyHost, any.hosts.map(({ name }) => name)], [true, ['mcp.acme.com']]);
  assert.equal(trafficOf(FULL).anyHost, false);
});

const endpoint = (config: Json) => trafficOf(config).routes.find(({ kind }) => kind === 'mcp');

describe('routes', () => {
  test('one for each public server', () => {
    assert.deepEqual(trafficOf(FULL).routes.map(({ path, server, from }) => [path, server, from]), [
      ['/health/servers', '', 'gateway'],
      ['/mcp/bare', 'bare', 'servers.bare'],
      ['/mcp/crm', 'crm', 'servers.crm'],
      ['/mcp/files', 'files', 'servers.files'],
      ['/mcp/shell', 'shell', 'servers.shell'],
      ['/mcp/tables', 'tables', 'servers.tables'],
      ['/web', 'web', 'servers.web.route'],
    ]);
  });

  test('GET and DELETE belong to legacy sessions', () => {
    const methods = (revisions?: readonly string[]) => endpoint(gateway(revisions ? { revisions } : {}))?.methods;
    assert.deepEqual(methods(), ['DELETE', 'GET', 'POST']);
    assert.deepEqual(methods(['2026-07-28']), ['POST']);
    assert.deepEqual(methods(['2025-11-25']), ['DELETE', 'GET', 'POST']);
    // What 2024-11-05 adds is elsewhere.
    assert.deepEqual(methods(['2024-11-05', '2026-07-28']), ['POST']);
  });

  test('2024-11-05 has two endpoints of its own, with the server’s origins', () => {
    const old = (more: Json = {}, revisions: readonly string[] = ['2024-11-05', '2025-03-26']) =>
      trafficOf({ name: 'acme', gateway: { revisions }, servers: { web: { kind: 'http', image: 'x', origins: ['a'], ...more } }, origins: { a: 'https://a.com', b: 'https://b.com' } })
        .routes.filter(({ server }) => server === 'web').map(({ path, kind, methods, origins, from }) => [path, kind, methods.join(), origins, from].join(' '));
    assert.deepEqual(old(), [
      '/mcp/web mcp DELETE,GET,POST a servers.web',
      '/mcp/web/message message POST a servers.web',
      '/mcp/web/sse sse GET a servers.web',
    ]);
    assert.deepEqual(old({ route: '/w' }), ['/w mcp DELETE,GET,POST a servers.web.route', '/w/message message POST a servers.web.route', '/w/sse sse GET a servers.web.route']);
    assert.deepEqual(old({ public: false }), []);
    // Alone, it leaves nothing to be said at the endpoint of the others.
    assert.deepEqual(old({}, ['2024-11-05']), ['/mcp/web/message message POST a servers.web', '/mcp/web/sse sse GET a servers.web']);
  });

  test('the gateway’s own account of its servers is for no browser', () => {
    for (const revisions of [['2024-11-05'], ['2026-07-28']]) {
      const health = trafficOf(gateway({ revisions })).routes.find(({ kind }) => kind === 'health');
      assert.deepEqual(health, { path: '/health/servers', kind: 'health', server: '', origins: '+none', methods: ['GET', 'HEAD'], from: 'gateway' });
    }
  });

  test('without origins of its own a server has all that are declared', () => {
    const origins = { a: 'https://a.com', b: 'https://b.com' };
    const of = (server: Json, declared: Json = origins) => endpoint(least({ servers: { web: { kind: 'http', image: 'x', ...server } }, origins: declared }))?.origins;
    assert.equal(of({}), '+all');
    assert.equal(of({ origins: ['b'] }), 'b');
    assert.equal(of({ origins: [] }), '+none');
    assert.equal(of({}, {}), '+none');
  });
});

describe('tenants', () => {
  test('one with everything where none is declared', () => {
    const about = { description: null, owner: null, labels: {} };
    assert.deepEqual(trafficOf(least()).tenants, [
      { name: 'default', about, implied: true, match: { clients: [], hosts: [], path: false }, servers: 'web', origins: null, rate: null, streams: null, sessions: null, from: 'tenants' },
    ]);
  });

  test('as declared', () => {
    const [internal, partner] = trafficOf(FULL).tenants;
    assert.deepEqual(internal?.match, { clients: ['internal'], hosts: [], path: true });
    assert.deepEqual([internal?.servers, internal?.origins, internal?.implied], ['+all', null, false]);
    assert.deepEqual(partner, {
      name: 'partner',
      about: { description: null, owner: 'sales', labels: {} },
      implied: false,
      match: { clients: ['partner'], hosts: ['partner.acme.com'], path: false },
      servers: 'crm+web',
      origins: 'app',
      rate: { tokens: 600, window: 60_000 },
      streams: 20,
      sessions: 10,
      from: 'tenants.partner',
    });
  });

  test('no servers are none', () => {
    assert.equal(trafficOf(least({ tenants: { a: { match: { path: true } } } })).tenants[0]?.servers, '+none');
  });
});

test('clients, their keys and what they may do', () => {
  assert.deepEqual(trafficOf(FULL).clients, [
    { name: 'internal', keys: ['INTERNAL'], permissions: [], rotateBy: null, from: 'auth.clients.internal' },
    { name: 'partner', keys: ['PARTNER_B', 'PARTNER_A'], permissions: ['read', 'write'], rotateBy: '2027-06-01', from: 'auth.clients.partner' },
  ]);
});

test('the rest is as written', () => {
  const traffic = trafficOf(FULL);
  assert.deepEqual(traffic.trustedProxies, ['10.0.0.0/16', '10.1.0.0/16']);
  assert.deepEqual(traffic.sessions, { keys: ['SEAL_NEW', 'SEAL_OLD'], ttl: 86_400_000 });
  assert.deepEqual(traffic.admin, { port: 9180, host: null, readToken: 'READ', writeToken: 'WRITE' });
  assert.deepEqual(traffic.traces, { otlp: 'https://otel.acme.com:4318/v1/traces', sample: 0.05 });
  assert.equal(traffic.limits.toolNames, 64);
  assert.deepEqual(traffic.cors, { credentials: false, maxAge: 600_000, exposeHeaders: ['X-Id', 'X-Trace'], allowHeaders: ['X-Id'] });
  assert.deepEqual([traffic.requireOrigin, traffic.originFallback], [false, 'forwarded']);
  assert.deepEqual([trafficOf(least()).admin, trafficOf(least()).traces], [null, null]);
});

const EVEN = { weight: 1, region: null };

describe('pools', () => {
  const pools = new Map(trafficOf(FULL).pools.map((pool) => [pool.server, pool]));

  test('where the instances are, by placement', () => {
    const sources = pools.get('web')?.sources;
    assert.deepEqual(sources, {
      local: { kind: 'none', reason: 'started by mcpgen dev' },
      compose: { kind: 'dns', name: 'web', port: 8101, path: '/rpc' },
      kubernetes: { kind: 'dns', name: 'acme-web.acme.svc.cluster.local', port: 8101, path: '/rpc' },
      fly: { kind: 'dns', name: 'acme-mcp-web.internal', port: 8101, path: '/rpc' },
    });
    assert.deepEqual(pools.get('hidden')?.sources.local, { kind: 'none', reason: 'runs from an image; give it dev.command to run it on this machine' });
  });

  test('instances that exist are the same everywhere, without those that are off', () => {
    const urls = { kind: 'urls', instances: [{ id: 'b', url: 'https://b.acme.com/mcp', ...EVEN }, { id: 'a.acme.com:8443', url: 'https://a.acme.com:8443/mcp', ...EVEN }] };
    assert.deepEqual(pools.get('crm')?.sources, { local: urls, compose: urls, kubernetes: urls, fly: urls });
  });

  test('a stdio server is a child here and its host elsewhere', () => {
    assert.deepEqual(pools.get('files')?.sources, {
      local: {
        kind: 'spawn',
        child: {
          modern: false,
          command: ['files', '/data'],
          cwd: '/srv',
          env: [
            { name: 'KEY', value: { kind: 'secret', secret: 'FILES_KEY' }, from: 'servers.files.env.KEY' },
            { name: 'ROOT', value: { kind: 'text', text: '/data' }, from: 'servers.files.env.ROOT' },
          ],
          sharing: 'session',
          processes: 16,
          memory: 512 * 2 ** 20,
          line: 4 * 2 ** 20,
          idle: 600_000,
        },
      },
      compose: { kind: 'dns', name: 'files', port: 8000, path: '/mcp' },
      kubernetes: { kind: 'dns', name: 'acme-files.acme.svc.cluster.local', port: 8000, path: '/mcp' },
      fly: { kind: 'dns', name: 'acme-mcp-files.internal', port: 8000, path: '/mcp' },
    });
  });

  test('a bare command runs nowhere but here', () => {
    const { local, ...elsewhere } = pools.get('bare')?.sources ?? {};
    assert.equal(local?.kind, 'spawn');
    for (const source of Object.values(elsewhere)) assert.deepEqual(source, { kind: 'none', reason: 'nothing says what a container would hold: give it npm, uv or image' });
  });

  test('names follow the namespace and the app', () => {
    const config = { ...FULL, targets: { kubernetes: { namespace: 'tools' }, fly: { region: 'ord' } }, gateway: { ...(FULL['gateway'] as Json), tls: { at: 'platform' } } };
    const { sources } = trafficOf(config).pools.find(({ server }) => server === 'web') ?? {};
    assert.deepEqual([sources?.kubernetes, sources?.fly].map((source) => source?.kind === 'dns' && source.name), ['acme-web.tools.svc.cluster.local', 'acme-web.internal']);
  });

  test('strategies, sessions and probes', () => {
    const rows = [...pools.values()].map(({ server, strategy, choice, stateful, health }) => [server, strategy, choice.balance, stateful, health.kind === 'http' ? health.path : health.kind, health.every]);
    assert.deepEqual(rows, [
      ['bare', 'round-robin', 'round-robin', true, '/health', 30_000],
      ['crm', 'round-robin', 'round-robin', false, 'tcp', 30_000],
      ['files', 'round-robin', 'round-robin', true, '/health', 30_000],
      ['hidden', 'round-robin', 'round-robin', false, 'tcp', 30_000],
      ['shell', 'round-robin', 'round-robin', true, '/health', 30_000],
      ['tables', 'round-robin', 'round-robin', true, '/health', 30_000],
      ['web', 'fill', 'least-connections', true, '/health', 5000],
    ]);
    const named = planOf(least({ servers: { web: { kind: 'http', image: 'x', strategy: 'least-connections' } } })).traffic.pools[0];
    assert.deepEqual([named?.strategy, named?.choice.balance], ['least-connections', 'least-connections']);
  });
});

describe('what only the whole shows', () => {
  const grant = (own: unknown, theirs: unknown, more: Json = {}): Json => ({
    name: 'acme',
    servers: { web: { kind: 'http', image: 'x', origins: theirs } },
    origins: {
      app: 'https://app.acme.com', twin: 'HTTPS://app.acme.com:443', other: 'https://other.acme.com', previews: 'https://*.acme.com', local: 'http://localhost:*', dev: 'http://localhost:3000',
      any: { preset: 'any-https' }, tunnel: { preset: 'ngrok' }, mine: 'https://mine.ngrok.app', deep: 'https://*.deep.acme.com', list: ['https://x.com', 'https://app.acme.com'],
    },
    tenants: { acme: { match: { path: true }, servers: ['web'], origins: own } },
    ...more,
  });
  const EMPTY = 'empty-grant tenants.acme.origins: no origin of tenant "acme" is accepted by server "web", so no browser could call it for this tenant';

  const GRANTS: Readonly<Record<string, readonly [own: readonly string[], theirs: readonly string[], isEmpty: boolean]>> = {
    'the same origin': [['app'], ['app', 'other'], false],
    'another origin': [['app'], ['other'], true],
    'the same origin under another name': [['app'], ['twin'], false],
    'one of several': [['list'], ['app'], false],
    'none at all: native clients only': [[], ['app'], false],
    'a server without browsers': [['app'], [], true],
    'an origin that the server’s wildcard covers': [['app'], ['previews'], false],
    'a wildcard that covers the server’s origin': [['previews'], ['app'], false],
    'a wildcard at another depth': [['deep'], ['previews'], true],
    'an origin at another depth': [['app'], ['deep'], true],
    'a loopback port that every port covers': [['dev'], ['local'], false],
    'any https covers an https origin': [['app'], ['any'], false],
    'any https does not cover http': [['dev'], ['any'], true],
    'a tunnel of the preset': [['mine'], ['tunnel'], false],
    'any https covers tunnels': [['tunnel'], ['any'], false],
  };
  for (const [label, [own, theirs, isEmpty]] of Object.entries(GRANTS)) {
    test(`grants: ${label}`, () => assert.deepEqual(problems(grant(own, theirs)), isEmpty ? [EMPTY] : []));
  }

  test('grants: a server without a route is nobody’s to call', () => {
    assert.deepEqual(problems(grant(['app'], ['other'], { servers: { web: { kind: 'http', image: 'x', public: false, origins: ['other'] } } })), []);
  });

  test('grants: each server of each tenant is said', () => {
    const servers = { a: { kind: 'http', image: 'x', origins: ['other'] }, b: { kind: 'http', image: 'x', origins: ['app'] }, c: { kind: 'http', image: 'x', origins: ['other'] } };
    const tenants = { one: { match: { path: true }, servers: '*', origins: ['app'] }, two: { match: { host: 'two.com' }, servers: ['c'], origins: ['app'] } };
    assert.deepEqual(problems(grant([], [], { servers, tenants })).map((problem) => /tenant "(\w+)" is accepted by server "(\w+)"/.exec(problem)?.slice(1).join(' ')), ['one a', 'one c', 'two c']);
  });

  test('session keys are needed in production, where there are sessions', () => {
    const KEYS = 'session-keys gateway: profile "production" needs gateway.sessionKeys: without them every restart ends every session';
    assert.deepEqual(problems(least({ profile: 'production' })), [KEYS]);
    assert.deepEqual(problems(least({ gateway: { url: 'https://mcp.acme.com' } })), [KEYS]);
    assert.deepEqual(problems(least({ profile: 'local', gateway: { url: 'https://mcp.acme.com' } })), []);
    assert.deepEqual(problems(least({ profile: 'production', gateway: { revisions: ['2026-07-28'] } })), []);
    assert.deepEqual(problems(least({ profile: 'production', gateway: { sessionKeys: [{ secret: 'SEAL' }] } })), []);
  });

  test('a fallback that believes nobody is no fallback', () => {
    assert.deepEqual(problems(least({ gateway: { originFallback: 'forwarded' } })), [
      "origin-fallback gateway.originFallback: originFallback: 'forwarded' believes trusted hops only, and gateway.trustedProxies names none",
    ]);
    assert.deepEqual(problems(least({ gateway: { originFallback: 'forwarded', trustedProxies: ['10.0.0.0/8'] } })), []);
  });

  test('all of it at once', () => {
    const codes = problems(grant(['app'], ['other'], { profile: 'production', gateway: { originFallback: 'forwarded' } })).map((problem) => problem.split(' ')[0]);
    assert.deepEqual(codes, ['empty-grant', 'session-keys', 'origin-fallback']);
  });
});

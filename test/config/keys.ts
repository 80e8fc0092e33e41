/**
 * The config language as a table: every key that is supported now, values it takes and what they become, and values it does not take. CONFIG.md's
 * `P` and `D` rows, key by key. Validation, types and the model are all held to it.
 */
import { BALANCES } from '#src/config/language/strategies.js';

export interface Key {
  /** Values that are taken, and where they differ what they become. */
  readonly good: readonly (readonly [written: unknown, model: unknown])[];
  /** Values that neither the compiler nor validation takes. */
  readonly bad: readonly unknown[];
  /** Values that only validation can refuse: what is wrong with them cannot be said in a type. */
  readonly unseen: readonly unknown[];
  /** Where it lands in the model, when that is another place. */
  readonly lands?: string;
}

const MI = 2 ** 20;
/** Values no key of any kind of scalar takes. */
const NO_SCALAR = [null, ['x']];

const key = (good: Key['good'], bad: readonly unknown[], unseen: readonly unknown[] = []): Key => ({ good, bad, unseen });
const asWritten = (values: readonly unknown[], bad: readonly unknown[], unseen: readonly unknown[] = []): Key =>
  key(values.map((value) => [value, value]), bad, unseen);

const object = (good: Key['good'] = []): Key => key(good, [null, 5, 'x', true]);
const text = (values: readonly string[], unseen: readonly unknown[] = []): Key => asWritten(values, [5, true, ...NO_SCALAR], unseen);
const line = (): Key => text(['Full-text search, “quoted”', ''], ['two\nlines', 'a\0b', 'a\rb']);
const choice = (values: readonly unknown[], bad: readonly unknown[] = []): Key => asWritten(values, ['none of these', 5, ...NO_SCALAR, ...bad]);
const flag = (): Key => asWritten([true, false], ['true', 1, ...NO_SCALAR]);
const count = (most = 1_000_000): Key => asWritten([1, 3, most], ['3', true, ...NO_SCALAR], [0, -1, 1.5, most + 1]);
const port = (): Key => asWritten([1, 8443, 65535], ['8443', ...NO_SCALAR], [0, 65536, 80.5]);
const duration = (): Key => key(
  [['250ms', 250], ['15s', 15_000], ['5m', 300_000], ['24h', 86_400_000]],
  [30, '30', 'soon', '30sec', ...NO_SCALAR],
  ['0s', '-1s', '30 s', '1e3s', '600h'],
);
const size = (): Key => key(
  [['16kb', 2 ** 14], ['16Ki', 2 ** 14], ['4mb', 4 * MI], ['1Gi', 2 ** 30]],
  [4096, '4096', '4MB', '4b', ...NO_SCALAR],
  ['0mb', '-4mb', '4 mb'],
);
const cpu = (): Key => key([['250m', 250], ['2', 2000], ['0.5', 500]], [2, 'two', '2 cores', ...NO_SCALAR], ['0', '-1', '1e3']);
const rate = (): Key => key(
  [['100/min', { tokens: 100, window: 60_000 }], ['20/s', { tokens: 20, window: 1000 }]],
  [100, '100', '100/day', ...NO_SCALAR],
  ['0/s', '1.5/s', '-1/s'],
);
const percentage = (): Key => key([['0%', 0], ['50%', 0.5], ['12.5%', 0.125], ['100%', 1]], [0.5, '50', 'half', ...NO_SCALAR], ['101%', '-1%', '1e1%', '50 %']);
const day = (): Key => asWritten(['2027-03-01', '2028-02-29'], [20270301, 'soon', '2027/03/01', ...NO_SCALAR], ['2027-02-29', '2027-3-1', '2027-13-01']);
const secret = (): Key => asWritten(
  [{ secret: 'A_KEY' }],
  ['sk-live-123', 5, null, {}, { secret: 5 }, { secret: 'A', more: 1 }],
  [{ secret: 'lower' }, { secret: '' }],
);
const secrets = (): Key => asWritten([[{ secret: 'ONE' }, { secret: 'TWO' }]], ['sk-live-123', ['sk-live-123'], [5], { secret: 'ONE' }, null]);
const image = (): Key => text(
  ['web', 'ghcr.io/acme/web:1.4.2', `localhost:5000/web@sha256:${'0a'.repeat(32)}`],
  ['', 'Web', 'web:', 'a b', 'web@sha256:0a', 'https://ghcr.io/web'],
);
const labels = (): Key => key([[{ team: 'web', tier: '1' }, { team: 'web', tier: '1' }]], ['x', 5, { team: 5 }, null], [{ team: 'two\nlines' }]);
const route = (): Key => asWritten(
  ['/mcp/search', '/a.b-c_d~e'],
  ['mcp', 5, ...NO_SCALAR],
  ['/', '/a/', '/a//b', '/a/../b', '/a/.', '/a%20b', '/a b', '/a?b', '/a$b'],
);
const probePath = (): Key => asWritten(['/health', '/'], ['health', 5, ...NO_SCALAR], ['/a b', '/a?b', '/a"b']);
const command = (): Key => asWritten([['node', 'server.js', ''], ['x']], ['node server.js', [], [5], null], [[''], ['a\0b']]);
const label = (): Key => text(['acme', 'a-1'], ['', 'Acme', '-a', 'a-', 'a.b', '1a', 'a'.repeat(41)]);
const file = (): Key => text(['/data', '/etc/ssl/mcp.pem'], ['', 'data', './data', '/a b', '/a\nb']);
const names = (declared: string, other: string): Key => asWritten([[declared], []], [declared, [other], [5], null]);
const headers = (): Readonly<Record<'set' | 'remove', Key>> => ({
  set: asWritten([{ 'X-Tier': 'gold', 'x-b': '' }, {}], ['X-Tier: gold', { 'X-Tier': 5 }, { 'X-Tier': { secret: 'TIER' } }, null], [
    { 'X Tier': 'a' }, { x_tier: 'a' }, { 'X-Tier': 'a\r\nb' },
    { Host: 'a' }, { 'MCP-Session-Id': 'a' }, { authorization: 'a' }, { 'content-type': 'a' }, { 'X-Forwarded-For': 'a' },
  ]),
  remove: asWritten(
    [['Server', 'x-powered-by'], []],
    ['Server', [5], null],
    [['a b'], [''], ['Content-Length'], ['mcp-method'], ['Access-Control-Allow-Origin']],
  ),
});
const REDACTIONS = [
  ['content[*].text', [{ kind: 'name', name: 'content' }, { kind: 'each' }, { kind: 'name', name: 'text' }]],
  ['$.structuredContent..ssn', [{ kind: 'name', name: 'structuredContent' }, { kind: 'anywhere', name: 'ssn' }]],
  ["rows[0]['a b'].*", [{ kind: 'name', name: 'rows' }, { kind: 'index', index: 0 }, { kind: 'name', name: 'a b' }, { kind: 'each' }]],
] as const;
const about = { description: line(), owner: line(), labels: labels() };

const server = (name: string): Readonly<Record<string, Key>> => prefixed(`servers.${name}`, {
  ...about,
  strategy: asWritten(['even', ...BALANCES], ['uneven', 5, ...NO_SCALAR]),
  origins: names('app', 'appp'),
  route: route(),
  public: flag(),
  replicas: count(1000),
  'resources': object(),
  'resources.requests': object(),
  'resources.requests.cpu': cpu(),
  'resources.requests.memory': size(),
  'resources.limits': object(),
  'resources.limits.cpu': cpu(),
  'resources.limits.memory': size(),
  'env': asWritten(
    [{ LOG_LEVEL: 'info', _x1: '', TOKEN: { secret: 'TOKEN' } }],
    ['x', { PORT: 5 }, { A: null }, null],
    [{ 'A-B': 'x' }, { '1A': 'x' }, { MCPGEN_PLACEMENT: 'x' }, { A: 'a\0b' }],
  ),
  'volumes': asWritten([[]], ['/data', [5], null]),
  revision: choice(['auto', 'legacy', 'modern'], ['2026-07-28']),
  sessionLoss: choice(['reinitialise', '404'], [404]),
  transform: object(),
  'transform.request': object(),
  ...prefixed('transform.request', headers()),
  'transform.response': object(),
  ...prefixed('transform.response', headers()),
  'transform.response.redact': key(
    [[REDACTIONS.map(([written]) => written), REDACTIONS.map(([, steps]) => steps)], [[], []]],
    ['content', [5], null],
    [[''], ['$'], ['a b'], ['content[]'], ['content[-1]'], ['content[?(@.a)]'], ['content.'], ['..'], ['a..*']],
  ),
});

const httpServer = (name: string): Readonly<Record<string, Key>> => prefixed(`servers.${name}`, {
  port: port(),
  path: route(),
  stateful: flag(),
  sse: route(),
});

function prefixed(prefix: string, keys: Readonly<Record<string, Key>>): Readonly<Record<string, Key>> {
  return Object.fromEntries(Object.entries(keys).map(([path, key]) => [`${prefix}.${path}`, key]));
}

const SHAPE = { origins: [], preset: null, owner: null, reviewBy: null, note: null, place: { key: '', isList: false } };
const oneOrMany = (place: '' | '.origin'): Key['good'] => [
  ['https://app.acme.com', { ...SHAPE, origins: ['https://app.acme.com'], place: { key: place, isList: false } }],
  [['https://a.com', 'http://b.com'], { ...SHAPE, origins: ['https://a.com', 'http://b.com'], place: { key: place, isList: true } }],
];

/** By concrete path into `BASE`, so that each can be set there. */
export const KEYS: Readonly<Record<string, Key>> = {
  name: label(),
  profile: choice(['production', 'local']),
  ...about,

  gateway: object(),
  'gateway.url': key(
    [
      ['https://mcp.acme.com', 'https://mcp.acme.com'],
      ['HTTPS://MCP.acme.com:443/', 'https://mcp.acme.com'],
      ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
    ],
    [5, ...NO_SCALAR],
    [
      'mcp.acme.com',
      'ftp://mcp.acme.com',
      'https://mcp.acme.com/mcp',
      'https://mcp.acme.com/?a=1',
      'https://mcp.acme.com/#a',
      'https://user@mcp.acme.com',
      'https://:pass@mcp.acme.com',
      '',
    ],
  ),
  'gateway.hosts': asWritten(
    [['mcp.acme.com', 'a-b.c'], [], 'any'],
    ['mcp.acme.com', 5, [5], null],
    [['MCP.acme.com'], ['mcp.acme.com:443'], ['*.acme.com'], ['https://mcp.acme.com'], ['-a.com'], ['a-.com'], ['a..b'], ['']],
  ),
  'gateway.listen': object(),
  'gateway.listen.host': text(['0.0.0.0', '::', 'localhost'], ['', 'a b', 'a\nb']),
  'gateway.listen.port': port(),
  'gateway.replicas': count(1000),
  'gateway.resources': object(),
  'gateway.resources.requests': object(),
  'gateway.resources.requests.cpu': cpu(),
  'gateway.resources.requests.memory': size(),
  'gateway.resources.limits': object(),
  'gateway.resources.limits.cpu': cpu(),
  'gateway.resources.limits.memory': size(),
  'gateway.trustedProxies': asWritten(
    [['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::1'], []],
    ['10.0.0.0/8', [5], null],
    [['any'], ['dead'], ['999.1.1.1'], ['10.0.0.0/33'], ['10.0.0/8'], ['::1/129'], [':::'], ['10.0.0.0/8/8'], ['']],
  ),
  'gateway.requireOrigin': flag(),
  'gateway.originFallback': choice(['none', 'forwarded']),
  'gateway.limits': object(),
  'gateway.limits.body': size(),
  'gateway.limits.headers': size(),
  'gateway.limits.depth': count(),
  'gateway.limits.streams': count(),
  'gateway.limits.sessions': count(),
  'gateway.limits.perAddress': rate(),
  'gateway.limits.toolNames': count(10_000),
  'gateway.timeouts': object(),
  'gateway.timeouts.connect': duration(),
  'gateway.timeouts.firstByte': duration(),
  'gateway.timeouts.response': duration(),
  'gateway.timeouts.idleStream': duration(),
  'gateway.timeouts.keepAlive': duration(),
  'gateway.timeouts.drain': duration(),
  'gateway.revisions': asWritten(
    [['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'], ['2026-07-28'], ['2024-11-05']],
    ['2026-07-28', ['2026-01-01'], null],
    [[]],
  ),
  'gateway.sessionKeys': secrets(),
  'gateway.sessionTtl': duration(),
  'gateway.tls': asWritten(
    [{ at: 'platform' }, { at: 'nginx', certificate: '/a.pem', key: '/a.key' }],
    ['nginx', { at: 'nginx' }, { at: 'nowhere' }, {}, null],
  ),
  'gateway.cors': object(),
  'gateway.cors.credentials': flag(),
  'gateway.cors.maxAge': duration(),
  'gateway.cors.exposeHeaders': asWritten([['X-Request-Id'], []], ['X-Request-Id', [5], null], [['X Y'], ['X:Y'], ['']]),
  'gateway.cors.allowHeaders': asWritten([['X-Request-Id'], []], ['X-Request-Id', [5], null], [['X Y'], ['*']]),
  'gateway.admin': object(),
  'gateway.admin.port': port(),
  'gateway.admin.host': text(['127.0.0.1', '::'], ['', 'a b']),
  'gateway.admin.readToken': secret(),
  'gateway.admin.writeToken': secret(),
  'gateway.log': object(),
  'gateway.log.level': choice(['debug', 'info', 'warn', 'error']),
  'gateway.log.requests': flag(),
  'gateway.log.audit': flag(),
  'gateway.traces': object(),
  'gateway.traces.otlp': key(
    [
      ['https://otel.acme.com', 'https://otel.acme.com/v1/traces'],
      ['http://127.0.0.1:4318/', 'http://127.0.0.1:4318/v1/traces'],
      ['https://otel.acme.com/in/traces?team=a', 'https://otel.acme.com/in/traces?team=a'],
    ],
    [5, ...NO_SCALAR],
    ['otel.acme.com:4318', 'grpc://otel.acme.com', 'https://user:pass@otel.acme.com', 'https://otel.acme.com/#a', ''],
  ),
  'gateway.traces.sample': percentage(),

  auth: object(),
  'auth.clients': object(),
  'auth.clients.ci': object(),
  'auth.clients.ci.keys': { ...secrets(), bad: [...secrets().bad, []] },
  'auth.clients.ci.permissions': asWritten([['read', 'write'], []], ['read', [5], null], [['two\nlines']]),
  'auth.clients.ci.rotateBy': day(),

  servers: key([], [null, 5, 'x', ['web']], []),
  'servers.web': object(),
  'servers.web.kind': asWritten(['http'], ['htp', 5, ...NO_SCALAR]),
  ...server('web'),
  ...httpServer('web'),
  'servers.web.image': image(),
  'servers.web.volumes.0': object(),
  'servers.web.volumes.0.name': text(['data', 'a-1'], ['', 'Data', 'a-', 'a_b', 'a'.repeat(32)]),
  'servers.web.volumes.0.path': file(),
  'servers.web.volumes.0.size': size(),
  'servers.web.volumes.0.perInstance': flag(),
  'servers.web.health': object(),
  'servers.web.health.path': probePath(),
  'servers.web.health.method': choice(['GET', 'HEAD', 'POST'], ['get', 'PUT']),
  'servers.web.health.status': asWritten([200, 204, 503, 599], ['200', ...NO_SCALAR], [199, 600, 200.5]),
  'servers.web.health.body': text(['ok', '"status":"up"', 'two\nlines'], ['']),
  'servers.web.health.every': duration(),
  'servers.web.health.timeout': duration(),
  'servers.web.health.startup': duration(),
  'servers.asked': object(),
  'servers.asked.health': asWritten([], ['ping', [5], {}, { ask: 'ping' }, { mcp: 'ping', path: '/health' }, { mcp: 'ping', command: ['true'] }, null]),
  'servers.asked.health.mcp': choice(['ping', 'discover'], [true, 'initialize']),
  'servers.checked.health.command': command(),
  'servers.web.dev': object(),
  'servers.web.dev.command': command(),
  'servers.web.dev.cwd': text(['servers/web', '.'], ['']),
  'servers.web.dev.env': asWritten([{ LOG_LEVEL: 'debug' }], ['x', { A: 5 }, { A: { secret: 'A' } }, null]),
  'servers.web.dev.instances': count(64),

  'servers.there.instances': asWritten([], ['https://a.acme.com/mcp', [5], {}, null, []]),
  'servers.there.instances.0': object(),
  'servers.there.instances.0.id': text(['a', 'a.acme.com:443', 'A_1'], ['', 'a b', 'a/b', 'a'.repeat(81)]),
  'servers.there.instances.0.url': text(
    ['https://a.acme.com/mcp', 'http://10.0.0.1:8000/mcp?x=1'],
    ['', 'a.acme.com/mcp', 'ftp://a.acme.com', 'https://user:pass@a.acme.com/mcp', 'https://a.acme.com/#x'],
  ),
  'servers.there.instances.0.enabled': flag(),
  'servers.there.instances.0.weight': count(1000),
  'servers.there.instances.0.region': text(['ord', 'eu-central-1'], ['', 'ORD', 'eu central', 'a'.repeat(41)]),

  'servers.tool': object(),
  'servers.tool.kind': asWritten(['stdio'], ['sdtio', 5, ...NO_SCALAR]),
  ...server('tool'),
  'servers.tool.command': command(),
  'servers.tool.cwd': text(['/srv', 'tools'], ['']),
  'servers.tool.npm': asWritten(
    ['files@1.2.3', '@acme/files@2.0.1-rc.1'],
    ['files', 5, ...NO_SCALAR],
    ['files@latest', 'files@^1.2.3', 'files@1', '@acme/files@'],
  ),
  'servers.tool.uv': asWritten(['mcp-files==1.2.3', 'mcp[cli]==1.0'], ['mcp-files', 'mcp-files>=1', 5, ...NO_SCALAR], ['mcp-files==', '==1']),
  'servers.tool.image': image(),
  'servers.tool.sharing': choice(['session', 'shared']),
  'servers.tool.limits': object(),
  'servers.tool.limits.processes': count(),
  'servers.tool.limits.memory': size(),
  'servers.tool.limits.line': size(),
  'servers.tool.limits.idle': duration(),

  origins: object(),
  'origins.app': key(
    [...oneOrMany(''), [{ preset: 'any-https' }, { ...SHAPE, preset: 'any-https' }]],
    [5, null, {}, { orign: 'https://a.com' }, [5]],
    [[], { preset: 'ngrok', origin: 'https://a.com' }],
  ),
  'origins.more.origin': { ...key(oneOrMany('.origin'), [5, null, {}, [5]], [[]]), lands: 'origins.more' },
  'origins.more.owner': line(),
  'origins.more.reviewBy': day(),
  'origins.more.note': line(),
  'origins.wild.preset': choice(['any-https', 'ngrok']),

  tenants: object(),
  'tenants.acme': object(),
  ...prefixed('tenants.acme', about),
  'tenants.acme.match': key(
    [
      [{ client: 'ci' }, [{ client: 'ci' }]],
      [{ host: 'acme.mcp.com' }, [{ host: 'acme.mcp.com' }]],
      [{ path: true }, [{ path: true }]],
      [
        [{ client: 'ci' }, { host: 'acme.mcp.com' }, { path: true }],
        [{ client: 'ci' }, { host: 'acme.mcp.com' }, { path: true }],
      ],
    ],
    ['ci', {}, { path: false }, { client: 5 }, [5], null],
    [[], { client: 'ci', host: 'a' }, { host: 'https://acme.mcp.com' }, { host: 'ACME.com' }],
  ),
  'tenants.acme.servers': key([[['web', 'tool'], ['web', 'tool']], ['*', '*'], [[], []]], ['web', ['wob'], ['*'], [5], null]),
  'tenants.acme.origins': names('app', 'appp'),
  'tenants.acme.rate': rate(),
  'tenants.acme.streams': count(),
  'tenants.acme.sessions': count(),

  strategies: object(),
  'strategies.even': object(),
  // The base has what belongs to rendezvous alone: other balances are taken by `named`.
  'strategies.even.balance': choice(['rendezvous'], ['robin']),
  'strategies.named.balance': choice(BALANCES, ['robin']),
  'strategies.even.retries': asWritten([0, 2, 5], ['2', true, ...NO_SCALAR], [-1, 6, 1.5]),
  'strategies.even.timeouts': object(),
  'strategies.even.timeouts.connect': duration(),
  'strategies.even.timeouts.firstByte': duration(),
  'strategies.even.timeouts.response': duration(),
  'strategies.even.timeouts.idleStream': duration(),
  'strategies.even.breaker': object([[{}, { failures: 5, window: 30_000, cooldown: 30_000 }]]),
  'strategies.even.breaker.failures': count(1000),
  'strategies.even.breaker.window': duration(),
  'strategies.even.breaker.cooldown': duration(),
  'strategies.even.ejection': object([[{}, { max: 0.5 }]]),
  'strategies.even.ejection.max': percentage(),
  'strategies.even.by': choice(['tenant', 'principal'], ['client']),
  'strategies.even.prefer': choice(['region']),

  targets: object(),
  'targets.nginx': object(),
  'targets.nginx.version': asWritten(['1.22', '1.26', '1.30', '1.30.6'], ['latest', 1.3, '1.31', ...NO_SCALAR]),
  'targets.nginx.mode': asWritten(['edge'], ['egde', 5, ...NO_SCALAR]),
  'targets.nginx.listen': port(),
  'targets.compose': object(),
  'targets.compose.project': label(),
  'targets.compose.expose': port(),
  'targets.kubernetes': object(),
  'targets.kubernetes.version': asWritten(['1.30', '1.34', '1.40'], ['latest', 1.34, 'v1.34', ...NO_SCALAR], ['1.29', '1.34.2']),
  'targets.kubernetes.namespace': label(),
  'targets.kubernetes.exposure': asWritten(
    [
      { kind: 'gateway-api', parent: { name: 'shared', namespace: 'infra' } },
      { kind: 'gateway-api', parent: { name: 'shared' } },
      { kind: 'gateway-api', gatewayClass: 'nginx' },
      { kind: 'none' },
    ],
    [
      'none',
      {},
      { kind: 'nodeport' },
      { kind: 'gateway-api' },
      { kind: 'gateway-api', parent: { name: 'shared' }, gatewayClass: 'nginx' },
      { kind: 'gateway-api', parent: {} },
      null,
    ],
    [{ kind: 'gateway-api', gatewayClass: 'Nginx' }],
  ),
  'targets.kubernetes.storageClass': label(),
  'targets.kubernetes.pullSecrets': asWritten([['registry'], []], ['registry', [5], null], [['Registry']]),
  'targets.fly': object(),
  'targets.fly.app': label(),
  'targets.fly.region': text(['ord', 'fra'], ['', 'ORD', 'chicago', 'or']),
  'targets.fly.org': label(),
  'targets.fly.vm': object(),
  'targets.fly.vm.size': text(['shared-cpu-1x', 'performance-2x'], ['', 'small', 'shared-cpu-x']),
  'targets.fly.vm.memory': size(),
  'targets.fly.scaleToZero': flag(),

  images: object(),
  'images.node': image(),
  'images.nginx': image(),

  policy: object(),
  'policy.rules': asWritten(
    [{ MCP102: 'warn', 'origin-null': 'off', MCP109: 'info', 'image-unpinned': 'error' }],
    ['off', { MCP102: 'fatal' }, { MCP102: 5 }, { MCP999: 'off' }, null],
  ),
  'policy.suppress': asWritten([[]], ['x', [5], {}, null]),
  'policy.suppress.0': object(),
  'policy.suppress.0.rule': asWritten(['MCP102', 'origin-wildcard'], [5, ...NO_SCALAR]),
  'policy.suppress.0.path': asWritten(['origins.app', 'servers', 'gateway.hosts'], [5, ...NO_SCALAR]),
  'policy.suppress.0.reason': text(['known', '']),
  'policy.suppress.0.until': day(),
  'policy.suppress.0.owner': line(),
  'policy.expect': asWritten([[]], ['x', [5], {}, null]),
  'policy.expect.0': object(),
  'policy.expect.0.request': key([], [null, 5, 'x', {}, { server: 'web', path: '/x' }]),
  'policy.expect.0.request.server': asWritten(['web'], ['wob', 5, ...NO_SCALAR]),
  'policy.expect.1.request.path': probePath(),
  'policy.expect.0.request.origin': line(),
  'policy.expect.0.request.host': text(['mcp.acme.com'], ['MCP.acme.com', 'mcp.acme.com:443', '']),
  'policy.expect.0.request.method': text(['POST', 'GET', 'OPTIONS']),
  'policy.expect.0.request.revision': choice(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']),
  'policy.expect.0.request.as': asWritten(
    [{ client: 'ci' }, { tenant: 'acme' }],
    ['ci', {}, { client: 'ci', tenant: 'acme' }, { client: 'cj' }, { tenant: 'acne' }, { client: 5 }, null],
  ),
  'policy.expect.0.request.address': text(['192.0.2.7', '2001:db8::1'], ['', 'localhost', '192.0.2', '10.0.0.0/8']),
  'policy.expect.0.decision': choice(['allow', 'deny']),
  'policy.expect.0.status': asWritten([403, 100, 599], ['403', ...NO_SCALAR], [99, 600, 403.5]),
};

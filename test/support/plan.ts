/**
 * Builds a whole, valid, frozen Plan from what a test cares about. Servers are given as a user thinks of them; pools, routes, workloads,
 * secrets and the hash follow.
 *
 *   buildPlan()                                              // search ×3 by image, files by npm, crm that exists already; all targets
 *   buildPlan({ servers: { notes: image({ workload: { stateful: true } }) }, targets: { fly: null } })
 *   buildPlan({ traffic: { requireOrigin: true } })
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmitInput } from '#src/emit/types.js';
import type { GatewayWorkload, Infra, ResourcesPlan, SecretPlan, SecretUse, ServerWorkload, VolumePlan, Workload, WorkloadImage } from '#src/plan/infra-types.js';
import type { PolicyPlan } from '#src/plan/policy-types.js';
import type { Pool, Source } from '#src/plan/pool-types.js';
import type { ChildPlan, EnvEntry, HealthPlan } from '#src/plan/server-types.js';
import type { TargetPlans } from '#src/plan/target-types.js';
import type { Traffic } from '#src/plan/traffic-types.js';
import type { Plan } from '#src/plan/types.js';

export interface PlanOptions {
  readonly name?: string;
  readonly environment?: string | null;
  readonly profile?: Plan['profile'];
  readonly about?: Partial<Plan['about']>;
  readonly servers?: Readonly<Record<string, ServerSpec>>;
  readonly gateway?: Partial<GatewayWorkload>;
  /** Each replaces a whole target; null switches it off. */
  readonly targets?: Partial<TargetPlans>;
  readonly traffic?: Partial<Traffic>;
  readonly infra?: Partial<Omit<Infra, 'targets' | 'gateway' | 'workloads'>>;
  readonly policy?: Partial<PolicyPlan>;
}

export interface ServerSpec {
  readonly kind: Workload['kind'] | 'existing';
  readonly image: WorkloadImage;
  readonly urls: readonly string[];
  readonly workload: Partial<ServerWorkload>;
  readonly pool: Partial<Pool>;
  readonly env: Env;
  readonly child: Partial<ChildPlan>;
}

/** A string is text, `{ secret }` a reference. */
export type Env = Readonly<Record<string, string | { readonly secret: string }>>;

interface Details {
  readonly env?: Env;
  readonly workload?: Partial<ServerWorkload>;
  readonly pool?: Partial<Pool>;
  readonly child?: Partial<ChildPlan>;
}

/** A server that a target runs from an image. */
export function image(details: Details & { readonly reference?: string } = {}): ServerSpec {
  const reference = details.reference ?? 'ghcr.io/acme/search:1.4.2';
  return spec('server', { kind: 'reference', reference, from: 'servers.x.image' }, details);
}

export function npm(pinned: string, details: Details = {}): ServerSpec {
  return spec('stdio-host', { kind: 'install', base: NODE_IMAGE, manager: 'npm', package: pinned, from: 'servers.x.npm' }, details);
}

export function uv(pinned: string, details: Details = {}): ServerSpec {
  return spec('stdio-host', { kind: 'install', base: NODE_IMAGE, manager: 'uv', package: pinned, from: 'servers.x.uv' }, details);
}

/** A stdio server in an image of the user's. */
export function stdioImage(reference: string, details: Details = {}): ServerSpec {
  return spec('stdio-host', { kind: 'reference', reference, from: 'servers.x.image' }, details);
}

/** A stdio server that says nothing about containers. */
export function bareCommand(details: Details = {}): ServerSpec {
  return spec('stdio-host', { kind: 'none', reason: 'neither npm, uv nor image' }, details);
}

/** A server that runs somewhere already: no workload of ours. */
export function existing(...urls: readonly string[]): ServerSpec {
  return { ...spec('server', { kind: 'none', reason: 'exists' }, {}), kind: 'existing', urls };
}

function spec(kind: Workload['kind'], image: WorkloadImage, { env = {}, workload = {}, pool = {}, child = {} }: Details): ServerSpec {
  return { kind, image, urls: [], workload, pool, env, child };
}

export function volume(name: string, details: Partial<VolumePlan> = {}): VolumePlan {
  return { name, path: `/${name}`, bytes: 2 ** 30, perInstance: false, from: `volumes.${name}`, ...details };
}

export const NODE_IMAGE = 'node:22.21.0-bookworm-slim';
const MI = 2 ** 20;
export const RESOURCES: ResourcesPlan = { requests: { cpu: 100, memory: 128 * MI }, limits: { cpu: null, memory: 256 * MI } };
export const TCP_HEALTH: HealthPlan = { kind: 'tcp', every: 30_000, timeout: 10_000, startup: 60_000 };
const PLAIN_GET = { method: 'GET', status: 200, body: null } as const;
export const HTTP_HEALTH: HealthPlan & { readonly kind: 'http' } = { kind: 'http', path: '/health', ...PLAIN_GET, every: 30_000, timeout: 10_000, startup: 60_000 };

/** Every kind of route there is. */
export const TRANSPORTS: Traffic['routes'] = [
  { path: '/health/servers', kind: 'health', server: '', origins: '+none', methods: ['GET', 'HEAD'], from: 'gateway' },
  { path: '/mcp/search', kind: 'mcp', server: 'search', origins: '+all', methods: ['DELETE', 'GET', 'POST'], from: 'servers.search' },
  { path: '/mcp/search/message', kind: 'message', server: 'search', origins: '+all', methods: ['POST'], from: 'servers.search' },
  { path: '/mcp/search/sse', kind: 'sse', server: 'search', origins: '+all', methods: ['GET'], from: 'servers.search' },
];

export const EXAMPLE_SERVERS: Readonly<Record<string, ServerSpec>> = {
  crm: existing('https://crm.acme.test/mcp', 'http://10.1.2.3:8000/mcp'),
  files: npm('@acme/files@2.0.1', { env: { FILES_TOKEN: { secret: 'FILES_TOKEN' } }, workload: { volumes: [volume('data')] } }),
  search: image({
    env: { LOG_LEVEL: 'info', TOKEN: { secret: 'INDEX_TOKEN' } },
    workload: { replicas: 3, port: 8023, health: HTTP_HEALTH },
  }),
};

export const EXAMPLE_TARGETS: TargetPlans = {
  nginx: { version: '1.30', release: [1, 30, 0], listen: 8088, tls: null, from: 'targets.nginx' },
  compose: { project: 'acme-tools', expose: 8080, from: 'targets.compose' },
  kubernetes: {
    version: '1.34',
    minor: 34,
    namespace: 'acme-tools',
    exposure: { kind: 'parent', name: 'shared', namespace: 'infra' },
    storageClass: null,
    pullSecrets: [],
    from: 'targets.kubernetes',
  },
  fly: {
    app: 'acme-tools',
    region: 'ord',
    org: null,
    vm: { size: 'shared-cpu-1x', memory: 512 * MI },
    scaleToZero: false,
    from: 'targets.fly',
  },
};

export function buildPlan(options: PlanOptions = {}): Plan {
  const name = options.name ?? 'acme-tools';
  const servers = Object.entries(options.servers ?? EXAMPLE_SERVERS).sort(([a], [b]) => (a < b ? -1 : 1));
  const targets = { ...EXAMPLE_TARGETS, ...options.targets };
  const traffic = { ...buildTraffic(servers, name, targets), ...options.traffic };
  const gateway = gatewayWorkload(traffic, options.gateway);
  const workloads = servers.filter(([, { kind }]) => kind !== 'existing').map(serverWorkload);
  const plan = {
    name,
    environment: options.environment ?? null,
    profile: options.profile ?? 'production',
    about: { description: null, owner: null, labels: {}, ...options.about },
    traffic,
    infra: {
      listenHost: null,
      gateway,
      workloads,
      secrets: secretsOf(traffic, [gateway, ...workloads]),
      images: { node: NODE_IMAGE, nginx: 'nginx:1.30.6', chosen: [] },
      dev: [],
      ...options.infra,
      targets,
    },
  };
  const hash = createHash('sha256').update(JSON.stringify(plan)).digest('hex');
  return frozen({ ...plan, hash, policy: { severities: [], suppressions: [], expectations: [], ...options.policy } });
}

type Named = readonly [string, ServerSpec];

function buildTraffic(servers: readonly Named[], name: string, { kubernetes, fly }: TargetPlans): Traffic {
  const names = servers.map(([server]) => server);
  const host = 'mcp.acme.test';
  return {
    publicUrl: { href: `https://${host}`, scheme: 'https', host, port: 443, isPublic: true, from: 'gateway.url' },
    hosts: [{ name: host, tenant: null, from: 'gateway.url' }],
    anyHost: false,
    trustedProxies: [],
    requireOrigin: false,
    originFallback: 'none',
    revisions: ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'],
    origins: [
      {
        name: 'app',
        rules: [{ rule: { kind: 'exact', origin: 'https://app.acme.test' }, written: 'https://app.acme.test', from: 'origins.app' }],
        owner: null,
        reviewBy: null,
        note: null,
        from: 'origins.app',
      },
    ],
    originSets: [{ id: 'app', origins: ['app'] }],
    serverSets: [{ id: 'all', servers: names }],
    routes: names.map((server) => ({
      path: `/mcp/${server}`,
      kind: 'mcp',
      server,
      origins: 'app',
      methods: ['DELETE', 'GET', 'POST'],
      from: `servers.${server}`,
    })),
    clients: [{ name: 'acme-ci', keys: ['ACME_API_KEY'], permissions: ['read'], rotateBy: '2027-01-31', from: 'auth.clients.acme-ci' }],
    tenants: [
      {
        name: 'default',
        about: { description: null, owner: null, labels: {} },
        implied: true,
        match: { clients: ['acme-ci'], hosts: [], path: false },
        servers: 'all',
        origins: null,
        rate: null,
        streams: null,
        sessions: null,
        from: 'tenants',
      },
    ],
    pools: servers.map((named) => pool(named, name, kubernetes?.namespace ?? name, fly?.app ?? name)),
    limits: { body: 4 * MI, headers: 16 * 1024, depth: 64, streams: 2000, sessions: 10_000, perAddress: { tokens: 20, window: 1000 }, toolNames: 64 },
    timeouts: { connect: 2000, firstByte: 60_000, response: 600_000, idleStream: 300_000, keepAlive: 15_000, drain: 25_000 },
    sessions: { keys: ['MCPGEN_SESSION_KEY'], ttl: 86_400_000 },
    cors: { credentials: false, maxAge: 600_000, exposeHeaders: [], allowHeaders: [] },
    admin: { port: 9180, host: null, readToken: 'MCPGEN_READ_TOKEN', writeToken: null },
    traces: null,
    log: { level: 'info', requests: true, audit: true },
  };
}

function pool([server, spec]: Named, name: string, namespace: string, app: string): Pool {
  const { port, path, health, stateful } = serverWorkload([server, spec]);
  const urls: Source = { kind: 'urls', instances: spec.urls.map((url) => ({ id: new URL(url).host, url, weight: 1, region: null })) };
  const dns = (host: string): Source => (spec.kind === 'existing' ? urls : { kind: 'dns', name: host, port, path });
  const local: Source = spec.kind === 'stdio-host' ? { kind: 'spawn', child: child(spec) } : { kind: 'none', reason: 'no dev command' };
  return {
    server,
    strategy: 'round-robin',
    choice: { balance: 'round-robin', by: 'principal', preferRegion: false, retries: 0, breaker: null, ejection: 0.5 },
    stateful,
    revision: 'auto',
    sessionLoss: stateful ? '404' : 'reinitialise',
    sse: null,
    timeouts: { connect: 2000, firstByte: 60_000, response: 600_000, idleStream: 300_000 },
    transform: { request: { set: [], remove: [] }, response: { set: [], remove: [], redact: [] } },
    health,
    sources: {
      local: spec.kind === 'existing' ? urls : local,
      compose: dns(server),
      kubernetes: dns(`${name}-${server}.${namespace}.svc.cluster.local`),
      fly: dns(`${app}-${server}.internal`),
    },
    from: `servers.${server}`,
    ...spec.pool,
  };
}

function gatewayWorkload({ admin }: Traffic, overrides: Partial<GatewayWorkload> = {}): GatewayWorkload {
  return {
    id: 'gateway',
    kind: 'gateway',
    about: { description: null, owner: null, labels: {} },
    image: { kind: 'node', reference: NODE_IMAGE },
    replicas: 2,
    stateful: false,
    port: 8080,
    path: '/',
    adminPort: admin?.port ?? null,
    health: { kind: 'http', path: '/health/ready', ...PLAIN_GET, every: 10_000, timeout: 5000, startup: 30_000 },
    env: [],
    volumes: [],
    resources: RESOURCES,
    child: null,
    from: 'gateway',
    ...overrides,
  };
}

function serverWorkload([id, spec]: Named): ServerWorkload {
  const stdio = spec.kind === 'stdio-host';
  return {
    id,
    kind: stdio ? 'stdio-host' : 'server',
    about: { description: null, owner: null, labels: {} },
    image: spec.image,
    replicas: 1,
    stateful: false,
    port: 8000,
    path: '/mcp',
    adminPort: null,
    health: stdio ? HTTP_HEALTH : TCP_HEALTH,
    env: entries(spec.env, id),
    volumes: [],
    resources: RESOURCES,
    child: stdio ? child(spec) : null,
    from: `servers.${id}`,
    ...spec.workload,
  };
}

function child({ env, child }: ServerSpec): ChildPlan {
  return {
    modern: false,
    command: ['mcp-server'],
    cwd: null,
    env: entries(env, 'x'),
    sharing: 'session',
    processes: 16,
    memory: 512 * MI,
    line: 4 * MI,
    idle: 600_000,
    ...child,
  };
}

function entries(env: Env, server: string): readonly EnvEntry[] {
  return Object.entries(env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({
      name,
      value: typeof value === 'string' ? { kind: 'text', text: value } : { kind: 'secret', secret: value.secret },
      from: `servers.${server}.env.${name}`,
    }));
}

function secretsOf({ clients, sessions, admin }: Traffic, workloads: readonly Workload[]): readonly SecretPlan[] {
  const found = new Map<string, SecretUse[]>();
  const use = (name: string, use: SecretUse): void => void found.set(name, [...(found.get(name) ?? []), use]);
  const gateway = { workload: 'gateway', subject: null, rotateBy: null };
  for (const { name, keys, rotateBy, from } of clients)
    for (const key of keys) use(key, { ...gateway, purpose: 'client-key', subject: name, rotateBy, from });
  for (const key of sessions.keys) use(key, { ...gateway, purpose: 'session-key', from: 'gateway.sessionKeys' });
  if (admin?.readToken) use(admin.readToken, { ...gateway, purpose: 'admin-token', from: 'gateway.admin.readToken' });
  for (const { id, env } of workloads)
    for (const { name, value, from } of env)
      if (value.kind === 'secret') use(value.secret, { workload: id, purpose: 'environment', subject: name, rotateBy: null, from });
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, uses]) => ({ name, uses }));
}

/** Emitters are pure: whoever writes to a plan fails its test. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const each of Object.values(Object.freeze(value))) frozen(each);
  return value;
}

/** What emitters get beside the plan: the package's templates, and a gateway of a few small files. */
export function emitInput(files: Readonly<Record<string, string>> = EXAMPLE_GATEWAY): EmitInput {
  return {
    assets: {
      gatewayModule: (path) => `// ${path}\n`,
      template: (path) => readFileSync(join(process.cwd(), 'templates', path), 'utf8'),
    },
    gateway: { files: Object.entries(files).map(([path, contents]) => ({ path: `gateway/${path}`, contents })) },
  };
}

export const EXAMPLE_GATEWAY = {
  'Dockerfile': 'FROM node\n',
  'main.js': "import { decide } from './runtime/decide.js';\nimport { TABLES } from './tables.js';\n\ndecide(TABLES);\n",
  'package.json': '{ "type": "module" }\n',
  'runtime/decide.js': 'export function decide(tables) {\n  return `${tables}\\n`;\n}\n',
  'tables.js': 'export const TABLES = {};\n',
} as const;

/** Texts that tempt a printer. The seed is `SEED`, or of the clock; it belongs into every failure message. */
export function hostileTexts(count = 400): { readonly seed: number; readonly texts: readonly string[] } {
  const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
  let state = seed;
  // mulberry32
  const random = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  const texts = Array.from({ length: count }, () =>
    Array.from({ length: 1 + random(9) }, () => TEMPTING[random(TEMPTING.length)]).join(''),
  );
  return { seed, texts };
}

const TEMPTING = [
  ...'$ $$ ${ } $( ) % " \' \\ ` # : - ! & * | > @ { [ ] , ? = << ~ 0 1 0x 0o _ . e + y on null true a NAME --- ... é 😀'.split(' '),
  ...[' ', ' #', ': ', '- ', '\t', '\n', '\r', '\r\n', '\u0000', '\u0007', '\u001b', '\u007f', '\u0085', '\u00a0', '\u2028', '\u2029'],
  ...['\ufeff', '\uffff'],
];

/** Plans in which every kind of host, route, origin, tenant and hop occurs. */
import type { RouteKind } from '#src/gateway/runtime/tables/route.js';
import type { OriginPlan, OriginRule } from '#src/plan/origin-types.js';
import type { TenantPlan, Traffic } from '#src/plan/traffic-types.js';
import type { Plan } from '#src/plan/types.js';
import { buildPlan, EXAMPLE_TARGETS, existing } from '../support/plan.js';

const origin = (name: string, ...rules: OriginRule[]): OriginPlan => ({
  name, rules: rules.map((rule) => ({ rule, written: name, from: `origins.${name}` })), owner: null, reviewBy: null, note: null, from: `origins.${name}`,
});

const ORIGINS = [
  origin('anything', { kind: 'any-https' }),
  origin('app', { kind: 'exact', origin: 'https://app.acme.test' }, { kind: 'exact', origin: 'https://admin.acme.test:8443' }),
  origin('bad', { kind: 'rejected', written: '*', why: 'wildcard', better: null }),
  origin('laptop', { kind: 'loopback', scheme: 'http' }),
  origin(
    'previews',
    { kind: 'subdomain', scheme: 'https', suffix: '.preview.acme.test', port: '' },
    { kind: 'subdomain', scheme: 'http', suffix: '.stage.acme.test', port: ':8080' },
  ),
  origin('tunnel', { kind: 'tunnel', suffixes: ['.ngrok-free.app', '.ngrok.io'] }),
];

/** Routes of Streamable HTTP, unless they say otherwise. */
const ROUTES: readonly (readonly [path: string, server: string, origins: string, methods: readonly string[], kind?: RouteKind])[] = [
  ['/Custom/Route-1.x', 'custom', 'app', ['POST']],
  ['/health/servers', '', '+none', ['GET', 'HEAD'], 'health'],
  ['/mcp/closed', 'closed', 'bad', ['DELETE', 'GET', 'POST']],
  ['/mcp/closed/message', 'closed', 'bad', ['POST'], 'message'],
  ['/mcp/closed/sse', 'closed', 'bad', ['GET'], 'sse'],
  ['/mcp/files', 'files', 'laptop+tunnel', ['DELETE', 'GET', 'POST']],
  ['/mcp/open', 'open', 'anything', ['DELETE', 'GET', 'POST']],
  ['/mcp/search', 'search', 'app+previews', ['DELETE', 'GET', 'POST']],
  ['/mcp/search/message', 'search', 'app+previews', ['POST'], 'message'],
  ['/mcp/search/sse', 'search', 'app+previews', ['GET'], 'sse'],
  // 2024-11-05 alone: nothing at the path itself.
  ['/old/message', 'old', 'app', ['POST'], 'message'],
  ['/old/sse', 'old', 'app', ['GET'], 'sse'],
  ['/t/odd/route', 'odd', 'app', ['GET', 'POST']],
];

const tenant = (name: string, match: Partial<TenantPlan['match']>, implied = false): TenantPlan => ({
  name, about: { description: null, owner: null, labels: {} }, implied, match: { clients: [], hosts: [], path: false, ...match },
  servers: 'all', origins: null, rate: null, streams: null, sessions: null, from: `tenants.${name}`,
});

const TENANTED: readonly TenantPlan[] = [
  tenant('acme', { path: true, hosts: ['acme.acme.test'] }), tenant('umbra', { path: true }), tenant('zeta', { hosts: ['zeta.acme.test'] }),
];

interface Ports {
  readonly gateway: number;
  readonly nginx: number;
  readonly release?: Plan['infra']['targets']['nginx'];
}

export function widePlan(traffic: Partial<Traffic> = {}, ports: Ports = { gateway: 8080, nginx: 8088 }): Plan {
  const names = [...new Set(ROUTES.map(([, server]) => server))].filter((server) => server !== '').sort();
  const nginx = { ...EXAMPLE_TARGETS.nginx!, ...ports.release, listen: ports.nginx };
  return buildPlan({
    servers: Object.fromEntries(names.map((name) => [name, existing('http://127.0.0.1:1/mcp')])),
    gateway: { port: ports.gateway },
    targets: { nginx, compose: null, kubernetes: null, fly: null },
    traffic: {
      hosts: [
        { name: 'acme.acme.test', tenant: 'acme', from: 'tenants.acme.match' },
        { name: 'mcp.acme.test', tenant: null, from: 'gateway.url' },
        { name: 'zeta.acme.test', tenant: 'zeta', from: 'tenants.zeta.match' },
      ],
      origins: ORIGINS,
      originSets: [
        { id: '+none', origins: [] },
        { id: 'anything', origins: ['anything'] },
        { id: 'app', origins: ['app'] },
        { id: 'app+previews', origins: ['app', 'previews'] },
        { id: 'bad', origins: ['bad'] },
        { id: 'laptop+tunnel', origins: ['laptop', 'tunnel'] },
      ],
      routes: ROUTES.map(([path, server, origins, methods, kind = 'mcp']) => ({ path, kind, server, origins, methods, from: `servers.${server}` })),
      clients: [],
      tenants: TENANTED,
      sessions: { keys: [], ttl: 86_400_000 },
      admin: null,
      limits: { body: 64 * 1024, headers: 8192, depth: 64, streams: 2000, sessions: 10_000, perAddress: { tokens: 1_000_000, window: 1000 }, toolNames: 64 },
      timeouts: { connect: 1000, firstByte: 5000, response: 5000, idleStream: 5000, keepAlive: 15_000, drain: 200 },
      ...traffic,
    },
  });
}

export const IMPLIED: readonly TenantPlan[] = [tenant('default', {}, true)];

/** Nothing generated stands in front then, so the gateway believes the outside proxies alone. */
export function withoutNginx(plan: Plan): Plan {
  return { ...plan, infra: { ...plan.infra, targets: { ...plan.infra.targets, nginx: null } } };
}

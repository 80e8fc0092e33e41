/** Plan → the tables that are baked into the gateway. */
import type { GatewayTables } from '../../gateway/runtime/tables/gateway.js';
import type { Hop, PerPlacement } from '../../gateway/runtime/tables/placement.js';
import type { ChildTable, PoolTable } from '../../gateway/runtime/tables/pool.js';
import type { OriginSetTable } from '../../gateway/runtime/tables/route.js';
import { STDIO_HOST } from '../../plan/server.js';
import type { ChildPlan, HeaderChangesPlan, HealthPlan, OriginSet, Plan, Pool, Traffic, TransformPlan } from '../../plan/types.js';

export function gatewayTables(plan: Plan): GatewayTables {
  const { traffic } = plan;
  return {
    name: plan.name,
    environment: plan.environment,
    profile: plan.profile,
    hash: plan.hash,
    publicUrl: traffic.publicUrl.href,
    listen: listen(gatewayWorkload(plan).port, plan.infra.listenHost),
    admin: traffic.admin ? { listen: listen(traffic.admin.port, traffic.admin.host), readToken: traffic.admin.readToken, writeToken: traffic.admin.writeToken } : null,
    hosts: traffic.hosts.map(({ name }) => name),
    anyHost: traffic.anyHost,
    internalHosts: internalHosts(plan),
    trusted: trusted(plan),
    requireOrigin: traffic.requireOrigin,
    originFallback: traffic.originFallback,
    originSets: traffic.originSets.map((set) => [set.id, originSet(traffic, set)]),
    serverSets: traffic.serverSets.map(({ id, servers }) => [id, servers]),
    routes: traffic.routes.map(({ path, kind, server, origins, methods }) => [path, { kind, server, origins, methods }]),
    clients: traffic.clients.map(({ name, keys, permissions }) => [name, { keys, permissions }]),
    tenants: traffic.tenants.map(({ name, servers, origins, rate, streams, sessions }) => [name, { servers, origins, rate, streams, sessions }]),
    matches: matches(traffic),
    revisions: traffic.revisions,
    limits: traffic.limits,
    timeouts: traffic.timeouts,
    sessions: traffic.sessions,
    cors: traffic.cors,
    pools: traffic.pools.map((pool) => [pool.server, poolTable(plan, pool)]),
    traces: traffic.traces,
    log: traffic.log,
  };
}

function gatewayWorkload(plan: Plan) {
  const gateway = plan.infra.workloads.find(({ kind }) => kind === 'gateway');
  if (!gateway) throw new Error('a plan always has a gateway');
  return gateway;
}

/** On this machine only this machine may call; in a container the container's network is the boundary. Fly's network is IPv6. */
function listen(port: number, host: string | null): PerPlacement<{ host: string; port: number }> {
  const at = (fallback: string) => ({ host: host ?? fallback, port });
  return { local: at('127.0.0.1'), compose: at('0.0.0.0'), kubernetes: at('0.0.0.0'), fly: at('::') };
}

/** Names by which the platform itself, and other workloads on it, call the gateway. */
function internalHosts({ name, infra: { targets } }: Plan): PerPlacement<readonly string[]> {
  const service = `${name}-gateway`;
  const namespace = targets.kubernetes?.namespace ?? name;
  return {
    local: [],
    compose: targets.compose ? ['gateway'] : [],
    kubernetes: targets.kubernetes ? ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.cluster.local`].map((tail) => service + tail) : [],
    fly: targets.fly ? [`${targets.fly.app}.internal`, `${targets.fly.app}.flycast`] : [],
  };
}

/** The hop a target generates in front of the gateway, and those the user vouches for. Fly's proxy reaches machines from 172.16.0.0/12. */
function trusted({ traffic, infra: { targets } }: Plan): PerPlacement<readonly Hop[]> {
  const outside: Hop[] = traffic.trustedProxies.map((cidr) => ({ cidr }));
  const nginx = targets.nginx !== null;
  return {
    local: nginx ? [{ cidr: '127.0.0.0/8' }, { cidr: '::1/128' }, ...outside] : outside,
    compose: nginx ? [{ name: 'nginx' }, ...outside] : outside,
    kubernetes: outside,
    fly: targets.fly ? [{ cidr: '172.16.0.0/12' }, ...outside] : outside,
  };
}

function originSet(traffic: Traffic, { origins }: OriginSet): OriginSetTable {
  const rules = traffic.origins.filter(({ name }) => origins.includes(name)).flatMap((origin) => origin.rules.map(({ rule }) => rule));
  const unique = <T>(values: readonly T[]): T[] => [...new Set(values)].sort();
  return {
    exact: unique(rules.flatMap((rule) => (rule.kind === 'exact' ? [rule.origin] : []))),
    subdomains: rules.flatMap((rule) => (rule.kind === 'subdomain' ? [{ scheme: rule.scheme, suffix: rule.suffix, port: rule.port }] : [])),
    loopback: unique(rules.flatMap((rule) => (rule.kind === 'loopback' ? [rule.scheme] : []))),
    anyHttps: rules.some(({ kind }) => kind === 'any-https'),
    tunnels: unique(rules.flatMap((rule) => (rule.kind === 'tunnel' ? rule.suffixes : []))),
  };
}

function matches({ tenants }: Traffic): GatewayTables['matches'] {
  return {
    clients: tenants.flatMap(({ name, match }) => match.clients.map((client) => [client, name] as const)),
    hosts: tenants.flatMap(({ name, match }) => match.hosts.map((host) => [host, name] as const)),
    paths: tenants.filter(({ match }) => match.path).map(({ name }) => name),
    implied: tenants.find(({ implied }) => implied)?.name ?? null,
  };
}

function poolTable(plan: Plan, pool: Pool): PoolTable {
  const workload = plan.infra.workloads.find(({ id, kind }) => id === pool.server && kind === 'stdio-host');
  return {
    choice: pool.choice,
    revision: pool.revision,
    sessionLoss: pool.sessionLoss,
    sse: pool.sse,
    timeouts: pool.timeouts,
    transform: transformTable(pool.transform),
    health: healthTable(pool.health),
    sources: {
      local: sourceTable(pool.sources.local),
      compose: sourceTable(pool.sources.compose),
      kubernetes: sourceTable(pool.sources.kubernetes),
      fly: sourceTable(pool.sources.fly),
    },
    host: workload?.child ? { child: childTable(workload.child), port: STDIO_HOST.port, path: STDIO_HOST.path } : null,
  };
}

/** What a platform asks inside a container the gateway cannot: it tests the port instead. */
function healthTable({ startup: _, ...health }: HealthPlan): PoolTable['health'] {
  return health.kind === 'command' ? { kind: 'tcp', every: health.every, timeout: health.timeout } : health;
}

export function changesNothing({ request, response }: TransformPlan): boolean {
  return [request, response].every(({ set, remove }) => set.length + remove.length === 0) && response.redact.length === 0;
}

function transformTable(plan: TransformPlan): PoolTable['transform'] {
  const { request, response } = plan;
  const changes = ({ set, remove }: HeaderChangesPlan) => ({ set: set.map(({ name, value }) => [name, value] as const), remove });
  return changesNothing(plan) ? null : { request: changes(request), response: { ...changes(response), redact: response.redact } };
}

function sourceTable(source: Pool['sources']['local']): PoolTable['sources']['local'] {
  return source.kind === 'spawn' ? { kind: 'spawn', child: childTable(source.child) } : source;
}

function childTable(child: ChildPlan): ChildTable {
  const env = child.env.map(({ name, value }) => [name, value.kind === 'text' ? { text: value.text } : { secret: value.secret }] as const);
  return { ...child, env };
}

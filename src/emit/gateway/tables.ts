/**
 * From the plan to the tables that are baked into the gateway. Parts that have the same shape in both are copied. A lookup by name is an array of nodes in the
 * plan, where each node also says where in the config it was written; in the tables it is an array of pairs, a name and a row, without the place in the config.
 */
import type { GatewayTables } from '../../gateway/runtime/tables/gateway.js';
import type { Hop, Listen, PerPlacement } from '../../gateway/runtime/tables/placement.js';
import type { ChildTable, PoolTable, TransformTable } from '../../gateway/runtime/tables/pool.js';
import type { OriginSetTable } from '../../gateway/runtime/tables/route.js';
import { ADMIN_ALIAS } from '../../plan/admin-alias.js';
import type { Infra } from '../../plan/infra-types.js';
import type { OriginSet } from '../../plan/origin-types.js';
import { perSurroundings } from '../../plan/placements.js';
import type { HeaderChangesPlan, Pool, Source, TransformPlan } from '../../plan/pool-types.js';
import type { ChildPlan, HealthPlan } from '../../plan/server-types.js';
import type { AdminPlan, Traffic } from '../../plan/traffic-types.js';
import { isLoopbackHost, LOOPBACK_HOSTS } from '../../plan/loopback.js';
import type { Plan } from '../../plan/types.js';
import { hidesClients } from '../../plan/hidden-clients.js';
import { isPublishedOnLoopback } from '../shared/published.js';

export function gatewayTables(plan: Plan): GatewayTables {
  const { name, environment, profile, hash, traffic, infra } = plan;
  return {
    name,
    environment,
    profile,
    hash,
    publicUrl: traffic.publicUrl.href,
    listen: listen(infra.gateway.port, infra.listenHost),
    admin: traffic.admin && adminTable(traffic.admin),
    hosts: traffic.hosts.map(({ name }) => name),
    anyHost: traffic.anyHost,
    internalHosts: internalHosts(plan),
    trusted: trusted(plan),
    countsAddresses: { local: true, compose: true, kubernetes: !hidesClients(plan), fly: true, image: true },
    requireOrigin: traffic.requireOrigin,
    originFallback: traffic.originFallback,
    originSets: traffic.originSets.map((set) => [set.id, originSet(traffic, set)]),
    serverSets: traffic.serverSets.map(({ id, servers }) => [id, servers]),
    routes: traffic.routes.map(({ path, kind, server, origins, methods }) => [path, { kind, server, origins, methods }]),
    allow: traffic.allow,
    auth: { ...traffic.auth, issuers: traffic.auth.issuers.map(({ from: _, ...issuer }) => issuer) },
    ruleSets: traffic.ruleSets.map(({ id, rules }) => [id, rules]),
    clients: traffic.clients.map(({ name, keys, permissions }) => [name, { keys, permissions }]),
    tenants: traffic.tenants.map(({ name, servers, origins, rate, streams, sessions, tools, allow, forward }) => {
      return [name, { servers, origins, rate, streams, sessions, tools, allow, forward }];
    }),
    matches: matches(traffic),
    revisions: traffic.revisions,
    workers: traffic.workers,
    limits: traffic.limits,
    timeouts: traffic.timeouts,
    sessions: traffic.sessions,
    cors: traffic.cors,
    headers: traffic.headers,
    pools: traffic.pools.map((pool) => [pool.server, poolTable(plan, pool)]),
    traces: traffic.traces,
    log: traffic.log,
  };
}

function adminTable({ port, host, readToken, writeToken, allow }: AdminPlan): GatewayTables['admin'] {
  const everywhere = listen(port, host);
  // The gateway of a compose project is on the network of every server too, where nobody should ask its admin listener. Without a token it answers its own
  // loopback alone, wherever it listens.
  return { listen: host === null && readToken !== null ? { ...everywhere, compose: { host: ADMIN_ALIAS, port } } : everywhere, readToken, writeToken, allow };
}

/**
 * On the user's machine the gateway listens on loopback. A container's network is a boundary, so there it listens on every address; Fly's network is IPv6.
 * Loopback of a container is reached by nobody: a config that names it means the machine.
 */
function listen(port: number, host: string | null): PerPlacement<Listen> {
  const inContainers = host !== null && isLoopbackHost(host) ? null : host;
  const at = (fallback: string): Listen => ({ host: inContainers ?? fallback, port });
  return { local: { host: host ?? '127.0.0.1', port }, compose: at('0.0.0.0'), kubernetes: at('0.0.0.0'), fly: at('::'), image: at('0.0.0.0') };
}

/**
 * Host names under which a platform's health checks, its other workloads and its own name for what it exposes reach the gateway. What compose publishes on
 * loopback is asked for by loopback names, though its peer is the bridge. Fly gives every app a public name; a config with a URL of its own does not use it.
 */
function internalHosts(plan: Plan): PerPlacement<readonly string[]> {
  const { name, traffic, infra: { targets } } = plan;
  const service = `${name}-gateway`;
  const { namespace = name, clusterDomain = '' } = targets.kubernetes ?? {};
  const fly = targets.fly?.app;
  return {
    local: [],
    compose: targets.compose ? ['gateway', ...(isPublishedOnLoopback(plan) ? LOOPBACK_HOSTS : [])] : [],
    kubernetes: targets.kubernetes ? ['', `.${namespace}`, `.${namespace}.svc`, `.${namespace}.svc.${clusterDomain}`].map((tail) => service + tail) : [],
    fly: fly ? [`${fly}.internal`, `${fly}.flycast`, ...(traffic.publicUrl.isPublic ? [] : [`${fly}.fly.dev`])] : [],
    // Docker publishes it on the loopback of its machine, where it is asked for by any of these names.
    image: traffic.publicUrl.isPublic ? [] : LOOPBACK_HOSTS,
  };
}

/** The hops whose `X-Forwarded-*` headers are believed: what a target puts in front of the gateway (Fly's proxy has 172.16.0.0/12) and `trustedProxies`. */
function trusted({ traffic, infra: { targets } }: Plan): PerPlacement<readonly Hop[]> {
  const declared: Hop[] = traffic.trustedProxies.map((cidr) => ({ cidr }));
  const hasNginx = targets.nginx !== null;
  return {
    // The address from which nginx reaches the gateway on the same machine (`nginx/upstream.conf`).
    local: hasNginx ? [{ cidr: '127.0.0.1' }, ...declared] : declared,
    compose: hasNginx ? [{ name: 'nginx' }, ...declared] : declared,
    kubernetes: declared,
    fly: targets.fly ? [{ cidr: '172.16.0.0/12' }, ...declared] : declared,
    image: declared,
  };
}

/** The plan keeps origin rules in the order of the config, for messages. The gateway looks origins up by the kind of rule, and never a rejected rule. */
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

/** The plan lists for each tenant how it is recognised. The gateway has the client, host or path of a request and looks up the tenant. */
function matches({ tenants }: Traffic): GatewayTables['matches'] {
  return {
    clients: tenants.flatMap(({ name, match }) => match.clients.map((client) => [client, name] as const)),
    hosts: tenants.flatMap(({ name, match }) => match.hosts.map((host) => [host, name] as const)),
    paths: tenants.filter(({ match }) => match.path).map(({ name }) => name),
    claims: tenants.flatMap(({ name, match }) => match.claims.map((claims) => ({ tenant: name, claims }))),
    lookups: tenants.flatMap(({ name, match }) => match.lookups.map((answer) => [answer, name] as const)),
    implied: tenants.find(({ implied }) => implied)?.name ?? null,
  };
}

function poolTable({ infra }: Plan, pool: Pool): PoolTable {
  const { server, choice, revision, sessionLoss, sse, timeouts, pass, permissions, allow, toServer, transform, health, sources } = pool;
  return {
    choice,
    revision,
    sessionLoss,
    sse,
    timeouts,
    pass,
    permissions,
    allow,
    toServer,
    transform: changesNothing(transform) ? null : transformTable(transform),
    health: healthTable(health),
    sources: perSurroundings((placement) => sourceTable(sources[placement])),
    host: hostTable(infra, server),
  };
}

/** In containers a stdio server is a workload of its own, in which this same gateway runs as the host of the server's process. */
function hostTable({ workloads }: Infra, server: string): PoolTable['host'] {
  const workload = workloads.find(({ id }) => id === server);
  return workload?.child ? { child: childTable(workload.child), port: workload.port, path: workload.path } : null;
}

/** A health command is run by the platform inside the server's container. The gateway cannot run it there and tests the port instead. */
function healthTable({ startup: _, ...health }: HealthPlan): PoolTable['health'] {
  return health.kind === 'command' ? { kind: 'tcp', every: health.every, timeout: health.timeout } : health;
}

export function changesNothing({ request, response }: TransformPlan): boolean {
  return [request, response].every(({ set, remove }) => set.length + remove.length === 0) && response.redact.length === 0;
}

function transformTable({ request, response }: TransformPlan): TransformTable {
  const changes = ({ set, remove }: HeaderChangesPlan) => ({ set: set.map(({ name, value }) => [name, value] as const), remove });
  return { request: changes(request), response: { ...changes(response), redact: response.redact } };
}

function sourceTable(source: Source): PoolTable['sources']['local'] {
  return source.kind === 'spawn' ? { kind: 'spawn', child: childTable(source.child) } : source;
}

function childTable(child: ChildPlan): ChildTable {
  return { ...child, env: childEnv(child) };
}

function childEnv({ env }: ChildPlan): ChildTable['env'] {
  return env.map(({ name, value }) => [name, value.kind === 'text' ? { text: value.text } : { secret: value.secret }]);
}

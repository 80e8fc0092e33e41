import { isLegacy } from '../config/language/revisions.js';
import type { Model, TenantModel } from '../config/model.js';
import { planAbout } from './about.js';
import { planOrigins } from './origins.js';
import { planPools } from './pools.js';
import { Sets } from './sets.js';
import { sortedEntries } from './sorted-entries.js';
import type { AcceptedHost, ClientPlan, PublicUrl, Route, TenantPlan, Traffic } from './types.js';

/** What every enforcement point decides by. */
export function planTraffic(model: Model): Traffic {
  const { gateway } = model;
  const origins = planOrigins(model.origins);
  const originSets = new Sets(origins.map(({ name }) => name));
  const serverSets = new Sets(Object.keys(model.servers));
  const routes = planRoutes(model, originSets);
  const tenants = planTenants(model, serverSets, originSets);
  return {
    publicUrl: planPublicUrl(model),
    hosts: planHosts(model),
    anyHost: gateway.hosts === 'any',
    trustedProxies: [...gateway.trustedProxies].sort(),
    requireOrigin: gateway.requireOrigin,
    originFallback: gateway.originFallback,
    revisions: [...gateway.revisions].sort(),
    origins,
    originSets: originSets.list().map(({ id, members }) => ({ id, origins: members })),
    serverSets: serverSets.list().map(({ id, members }) => ({ id, servers: members })),
    routes,
    clients: planClients(model),
    tenants,
    pools: planPools(model),
    limits: gateway.limits,
    timeouts: gateway.timeouts,
    sessions: { keys: gateway.sessionKeys.map(({ secret }) => secret), ttl: gateway.sessionTtl },
    cors: { ...gateway.cors, exposeHeaders: [...gateway.cors.exposeHeaders].sort(), allowHeaders: [...gateway.cors.allowHeaders].sort() },
    admin: gateway.admin
      ? {
          port: gateway.admin.port,
          host: gateway.admin.host ?? null,
          readToken: gateway.admin.readToken?.secret ?? null,
          writeToken: gateway.admin.writeToken?.secret ?? null,
        }
      : null,
    traces: gateway.traces ?? null,
    log: gateway.log,
  };
}

function planPublicUrl({ gateway }: Model): PublicUrl {
  const href = gateway.url ?? `http://127.0.0.1:${gateway.listen.port}`;
  const url = new URL(href);
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  return {
    href,
    scheme,
    // Hosts are compared without the dot at the end.
    host: url.hostname.replace(/\.$/, ''),
    port: Number(url.port || (scheme === 'https' ? 443 : 80)),
    isPublic: !/^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname),
    from: gateway.url === undefined ? 'gateway' : 'gateway.url',
  };
}

function planHosts(model: Model): AcceptedHost[] {
  const url = planPublicUrl(model);
  const hosts = new Map<string, AcceptedHost>([[url.host, { name: url.host, tenant: null, from: url.from }]]);
  if (model.gateway.hosts !== 'any') for (const name of model.gateway.hosts) hosts.set(name, { name, tenant: null, from: 'gateway.hosts' });
  for (const [tenant, { match }] of sortedEntries(model.tenants)) {
    for (const one of match) if ('host' in one) hosts.set(one.host, { name: one.host, tenant, from: `tenants.${tenant}.match` });
  }
  return [...hosts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The revision whose transport has two endpoints (MCP 2024-11-05, Transports § HTTP with SSE). */
export const SSE_REVISION = '2024-11-05';
export const SSE_ENDPOINT = '/sse';
const SERVERS_HEALTH = '/health/servers';

/** GET and DELETE are operations on a legacy session; 2026-07-28 has POST alone, and 2024-11-05 nothing at this endpoint. */
function planRoutes(model: Model, originSets: Sets): Route[] {
  const all = Object.keys(model.origins);
  const streamable = model.gateway.revisions.filter((revision) => revision !== SSE_REVISION);
  const methods = streamable.some(isLegacy) ? ['DELETE', 'GET', 'POST'] : ['POST'];
  const hasSse = streamable.length < model.gateway.revisions.length;
  const routes = sortedEntries(model.servers)
    .filter(([, server]) => server.public)
    .flatMap(([name, server]): Route[] => {
      const path = server.route ?? `/mcp/${name}`;
      const common = {
        server: name,
        origins: originSets.add(server.origins ?? all),
        from: server.route === undefined ? `servers.${name}` : `servers.${name}.route`,
      };
      const endpoint: Route = { ...common, path, kind: 'mcp', methods };
      const endpoints: Route[] = [
        { ...common, path: `${path}${SSE_ENDPOINT}`, kind: 'sse', methods: ['GET'] },
        { ...common, path: `${path}/message`, kind: 'message', methods: ['POST'] },
      ];
      return [...(streamable.length > 0 ? [endpoint] : []), ...(hasSse ? endpoints : [])];
    });
  // For operators and their tools, which are no browsers.
  const health: Route = { path: SERVERS_HEALTH, kind: 'health', server: '', origins: originSets.add([]), methods: ['GET', 'HEAD'], from: 'gateway' };
  return [...routes, health].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function planClients({ auth }: Model): ClientPlan[] {
  return sortedEntries(auth.clients).map(([name, client]) => ({
    name,
    keys: client.keys.map(({ secret }) => secret),
    permissions: [...client.permissions].sort(),
    rotateBy: client.rotateBy ?? null,
    from: `auth.clients.${name}`,
  }));
}

function planTenants(model: Model, serverSets: Sets, originSets: Sets): TenantPlan[] {
  const everyServer = Object.keys(model.servers);
  const declared = sortedEntries(model.tenants).map(([name, tenant]) => ({
    name,
    about: planAbout(tenant),
    implied: false,
    match: planMatch(tenant),
    servers: serverSets.add(tenant.servers === '*' ? everyServer : tenant.servers),
    origins: tenant.origins === undefined ? null : originSets.add(tenant.origins),
    rate: tenant.rate ?? null,
    streams: tenant.streams ?? null,
    sessions: tenant.sessions ?? null,
    from: `tenants.${name}`,
  }));
  return declared.length > 0 ? declared : [impliedTenant(serverSets.add(everyServer))];
}

function impliedTenant(servers: string): TenantPlan {
  return {
    name: 'default',
    about: { description: null, owner: null, labels: {} },
    implied: true,
    match: { clients: [], hosts: [], path: false },
    servers,
    origins: null,
    rate: null,
    streams: null,
    sessions: null,
    from: 'tenants',
  };
}

function planMatch({ match }: TenantModel): TenantPlan['match'] {
  return {
    clients: match.flatMap((one) => ('client' in one ? [one.client] : [])).sort(),
    hosts: match.flatMap((one) => ('host' in one ? [one.host] : [])).sort(),
    path: match.some((one) => 'path' in one),
  };
}

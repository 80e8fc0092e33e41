import type { Balance } from '../config/language/strategies.js';
import type { HttpServerModel, Model, ServerModel } from '../config/model.js';
import type { Surroundings } from '../gateway/runtime/tables/placement.js';
import type { ChoiceTable, InstanceTable } from '../gateway/runtime/tables/pool.js';
import { planAllowed } from './allowed.js';
import { perSurroundings } from './placements.js';
import type { Pool, Source } from './pool-types.js';
import { planChild, planHealth, STDIO_HOST, workloadImage } from './server.js';
import { sortedEntries } from './sorted-entries.js';
import { planToServer } from './towards.js';
import { planTransform } from './transform.js';

/** Names by which the gateway finds the instances of a server, where a platform gives it one address for each. */
function dnsName(model: Model, server: string, placement: Exclude<Surroundings, 'local'>): string {
  const { namespace = model.name, clusterDomain = 'cluster.local' } = model.targets.kubernetes ?? {};
  const names = {
    compose: server,
    kubernetes: `${model.name}-${server}.${namespace}.svc.${clusterDomain}`,
    fly: `${model.targets.fly?.app ?? model.name}-${server}.internal`,
  };
  return names[placement];
}

/** For each server, how the gateway finds its instances and chooses one. */
export function planPools(model: Model): Pool[] {
  return sortedEntries(model.servers).map(([name, server]) => ({
    server: name,
    strategy: server.strategy,
    choice: planChoice(model, server),
    stateful: isStateful(server),
    revision: server.revision,
    sessionLoss: server.sessionLoss ?? (isStateful(server) ? '404' : 'reinitialise'),
    sse: server.kind === 'http' ? (server.sse ?? null) : null,
    timeouts: planTimeouts(model, server),
    // Field names are compared without case (RFC 9110 §5.1).
    pass: [...new Set(server.transform.request.pass.map((name) => name.toLowerCase()))].sort(),
    permissions: { call: server.permissions.call ?? null, list: server.permissions.list ?? null },
    allow: planAllowed(server.allow),
    toServer: planToServer(server),
    transform: planTransform(server),
    health: planHealth(server),
    sources: perSurroundings((placement) => source(model, name, server, placement)),
    from: `servers.${name}`,
  }));
}

/** A stdio server's sessions live in its child. */
const isStateful = (server: ServerModel): boolean => (server.kind === 'http' ? server.stateful : true);

function planChoice(model: Model, server: ServerModel): ChoiceTable {
  const named = model.strategies[server.strategy];
  const { balance = server.strategy as Balance, by = 'principal', prefer, retries = 0, breaker = null, ejection = { max: 0.5 } } = named ?? {};
  return { balance, by, preferRegion: prefer === 'region', retries, breaker, ejection: ejection.max };
}

function planTimeouts({ gateway, strategies }: Model, server: ServerModel): Pool['timeouts'] {
  const { connect, firstByte, response, idleStream } = gateway.timeouts;
  const own = strategies[server.strategy]?.timeouts ?? {};
  return {
    connect: own.connect ?? connect,
    firstByte: own.firstByte ?? firstByte,
    response: own.response ?? response,
    idleStream: own.idleStream ?? idleStream,
  };
}

function source(model: Model, name: string, server: ServerModel, placement: Surroundings): Source {
  if (server.kind === 'http' && server.instances) return { kind: 'urls', instances: instances(server) };
  if (placement === 'local') {
    if (server.kind === 'stdio') return { kind: 'spawn', child: planChild(server, `servers.${name}`) };
    return { kind: 'none', reason: server.dev ? 'started by mcpgen dev' : 'runs from an image; give it dev.command to run it on this machine' };
  }
  // Which node image it would be built on makes no difference to where it is found.
  const image = workloadImage(name, server, '');
  if (image.kind === 'none') return { kind: 'none', reason: image.reason };
  const [port, path] = server.kind === 'stdio' ? [STDIO_HOST.port, STDIO_HOST.path] : [server.port, server.path];
  return { kind: 'dns', name: dnsName(model, name, placement), port, path };
}

function instances({ instances = [] }: HttpServerModel): InstanceTable[] {
  return instances.filter(({ enabled }) => enabled).map(({ id, url, weight, region = null }) => ({ id: id ?? new URL(url).host, url, weight, region }));
}

import type { Model, ResourcesModel, ServerModel } from '../config/model.js';
import { planAbout } from './about.js';
import { planSecrets } from './secrets.js';
import { envEntries, planChild, planHealth, PLAIN_GET, STDIO_HOST, workloadImage } from './server.js';
import { sortedEntries } from './sorted-entries.js';
import type { EnvEntry, ResourcesPlan, VolumePlan, Workload } from './types.js';

/** What is run: the gateway first, then every server that a target starts. */
export function planWorkloads(model: Model, nodeImage: string): Workload[] {
  const servers = sortedEntries(model.servers).filter(([, server]) => server.kind === 'stdio' || server.instances === undefined);
  return [gateway(model, nodeImage), ...servers.map(([name, server]) => workload(name, server, nodeImage))];
}

function gateway(model: Model, nodeImage: string): Workload {
  const { listen, admin, replicas, resources, timeouts } = model.gateway;
  return {
    id: 'gateway',
    kind: 'gateway',
    about: { description: model.description ?? null, owner: model.owner ?? null, labels: {} },
    image: { kind: 'node', reference: nodeImage },
    replicas,
    stateful: false,
    port: listen.port,
    path: '/',
    adminPort: admin?.port ?? null,
    health: { kind: 'http', path: '/health/ready', ...PLAIN_GET, every: 10_000, timeout: Math.min(5_000, timeouts.firstByte), startup: 30_000 },
    env: secretsByName(gatewaySecrets(model)),
    volumes: [],
    resources: planResources(resources),
    child: null,
    from: 'gateway',
  };
}

/** Secrets the gateway process reads, wherever it runs. */
function gatewaySecrets(model: Model): { secret: string; from: string }[] {
  return planSecrets(model).flatMap(({ name, uses }) => uses.filter(({ workload }) => workload === 'gateway').map(({ from }) => ({ secret: name, from })));
}

function workload(name: string, server: ServerModel, nodeImage: string): Workload {
  const from = `servers.${name}`;
  const isStdio = server.kind === 'stdio';
  const env = envEntries(server.env, from);
  return {
    id: name,
    kind: isStdio ? 'stdio-host' : 'server',
    about: planAbout(server),
    image: workloadImage(name, server, nodeImage),
    replicas: server.replicas,
    stateful: isStdio ? server.replicas > 1 || server.volumes.some(({ perInstance }) => perInstance === true) : server.stateful,
    port: isStdio ? STDIO_HOST.port : server.port,
    path: isStdio ? STDIO_HOST.path : server.path,
    adminPort: null,
    health: planHealth(server),
    // The host reads secrets under their own names and hands them to its child; literal values are baked into its tables.
    env: isStdio ? secretsByName(env.flatMap(({ value, from }) => (value.kind === 'secret' ? [{ secret: value.secret, from }] : []))) : env,
    volumes: volumes(server, from),
    resources: planResources(server.resources),
    child: isStdio ? planChild(server, from) : null,
    from,
  };
}

/** Each secret once, under its own name, whoever it is for. */
function secretsByName(secrets: readonly { secret: string; from: string }[]): EnvEntry[] {
  const byName = new Map<string, EnvEntry>();
  for (const { secret, from } of secrets) if (!byName.has(secret)) byName.set(secret, { name: secret, value: { kind: 'secret', secret }, from });
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function volumes(server: ServerModel, from: string): VolumePlan[] {
  const stateful = server.kind === 'http' && server.stateful;
  return server.volumes
    .map(({ name, path, size, perInstance }, i) => ({ name, path, bytes: size, perInstance: perInstance ?? stateful, from: `${from}.volumes.${i}` }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function planResources({ requests, limits }: ResourcesModel): ResourcesPlan {
  return { requests, limits: { cpu: limits.cpu ?? null, memory: limits.memory } };
}

import { erasOf } from '../../plan/eras.js';
import type { Pool } from '../../plan/pool-types.js';
import type { Plan } from '../../plan/types.js';
import { HEADER, type EmitInput, type EmittedFile, type Emitter, type GatewayDocument } from '../types.js';
import type { Feature } from '../../gateway/runtime/features.js';
import { bake } from './bake.js';
import { changesNothing, gatewayTables } from './tables.js';
import { dockerfile } from './dockerfile.js';

/** What is made from a config says so; the runtime's modules are the same in every gateway. */
const COMMENT = (path: string): string => (path.includes('/') ? '// mcpgen: do not edit.\n' : `// ${HEADER}\n`);
const PACKAGE = { name: 'mcpgen-gateway', private: true, type: 'module', main: 'main.js', engines: { node: '>=20' }, scripts: { start: 'node main.js' } };

/** The gateway: modules, tables, and what is needed to put them into an image. */
export function gatewayDocument(plan: Plan, assets: EmitInput['assets']): GatewayDocument {
  const modules = bake({ tables: gatewayTables(plan), features: neededFeatures(plan), module: assets.gatewayModule });
  const files: EmittedFile[] = [
    ...modules.map(({ path, contents }) => ({ path: `gateway/${path}`, contents: COMMENT(path) + contents })),
    { path: 'gateway/package.json', contents: `${JSON.stringify(PACKAGE, null, 2)}\n` },
    { path: 'gateway/Dockerfile', contents: dockerfile(plan, assets) },
  ];
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Which optional parts of the runtime this plan can come to use, in any placement. */
function neededFeatures({ traffic, infra }: Plan): Feature[] {
  const sources = traffic.pools.flatMap(({ sources }) => Object.values(sources));
  const stdio = infra.workloads.some(({ kind }) => kind === 'stdio-host');
  const dns = sources.some(({ kind }) => kind === 'dns') || (infra.targets.compose !== null && infra.targets.nginx !== null);
  // In containers a stdio server is a workload of its own, run by the same modules.
  const { compose, kubernetes, fly } = infra.targets;
  const host = stdio && (compose ?? kubernetes ?? fly) !== null;
  const { pools } = traffic;
  const clients = erasOf(traffic);
  const sse = traffic.routes.some(({ kind }) => kind === 'sse');
  // Where the config names no key for sessions, workers are given one as a secret.
  const hasWorkers = traffic.workers > 1;
  const isReplicated = infra.gateway.replicas > 1;
  // What a server speaks that does not say so is found out by the running gateway; a stdio server of that kind is spoken to in the legacy era, and its
  // modules themselves tell modern clients so.
  const isStdio = (server: string): boolean => infra.workloads.some(({ id, kind }) => id === server && kind === 'stdio-host');
  const isOpen = ({ server, revision }: Pool): boolean => revision === 'auto' && !isStdio(server);
  const toLegacy = clients.modern && pools.some(({ revision }) => revision === 'legacy');
  const toModern = clients.legacy && pools.some((pool) => pool.revision === 'modern' || isOpen(pool));
  const tokens = [traffic.admin?.readToken, traffic.admin?.writeToken];
  const needed: Readonly<Record<Feature, boolean>> = {
    admin: traffic.admin !== null,
    breakers: pools.some(({ choice }) => choice.breaker !== null),
    bridge: toLegacy || toModern || (clients.modern && pools.some(isOpen)),
    credentials: traffic.clients.length > 0,
    dns,
    gauges: traffic.admin !== null,
    host,
    httpProbes: pools.some(({ health, sources }) => health.kind === 'http' && Object.values(sources).some(({ kind }) => kind === 'urls' || kind === 'dns')),
    mcpProbes: pools.some(({ health }) => health.kind === 'mcp'),
    metrics: traffic.admin !== null,
    relay: sse && isReplicated,
    renew: clients.legacy && pools.some(({ revision, sessionLoss }) => revision !== 'modern' && sessionLoss === 'reinitialise'),
    secrets: stdio || hasWorkers || traffic.sessions.keys.length + traffic.clients.length > 0 || tokens.some((name) => name),
    sse,
    stdio,
    strategies: pools.some(({ choice }) => choice.balance !== 'round-robin' || choice.preferRegion),
    toLegacy,
    toModern,
    traces: traffic.traces !== null,
    transform: pools.some(({ transform }) => !changesNothing(transform)),
    workers: hasWorkers,
  };
  return (Object.keys(needed) as Feature[]).filter((feature) => needed[feature]);
}

export const gatewayEmitter: Emitter<GatewayDocument> = {
  model: (_plan, { gateway }) => gateway,
  print: ({ files }) => files,
};

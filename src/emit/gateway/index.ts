import { erasOf } from '../../plan/eras.js';
import type { Pool } from '../../plan/pool-types.js';
import type { Plan } from '../../plan/types.js';
import { HEADER, type EmitInput, type EmittedFile, type Emitter, type GatewayDocument } from '../types.js';
import { KINDS } from '../../gateway/runtime/decision/kinds.js';
import { NEEDS } from '../../gateway/runtime/decision/needs.js';
import { isMirrored } from '../../gateway/runtime/decision/well-known.js';
import type { Balance } from '../../gateway/runtime/tables/pool.js';
import type { GatewayTables } from '../../gateway/runtime/tables/gateway.js';
import type { Feature } from '../../gateway/runtime/features.js';
import { hasSseRoutes, relaysMessages } from '../shared/sse-routes.js';
import { bake } from './bake.js';
import { changesNothing, gatewayTables } from './tables.js';
import { gatewayImage } from './dockerfile.js';

/** With its first line. Files at the top are made from the config and have the full header; the line that introduces a module in a folder says whose it is. */
function opened(path: string, text: string): string {
  if (!path.includes('/')) return `// ${HEADER}\n${text}`;
  return text.startsWith('// ') ? text.replace('//', '// mcpgen:') : `// mcpgen\n${text}`;
}
const PACKAGE = { name: 'mcpgen-gateway', private: true, type: 'module', main: 'main.js', engines: { node: '>=20' }, scripts: { start: 'node main.js' } };

/** The files of the gateway: its modules, its tables, a package.json, and what an image of it is built from. */
export function gatewayDocument(plan: Plan, assets: EmitInput['assets']): GatewayDocument {
  const tables = gatewayTables(plan);
  const modules = bake({ tables, features: neededFeatures(plan, tables), module: assets.gatewayModule });
  const files: EmittedFile[] = [
    ...modules.map(({ path, contents }) => ({ path: `gateway/${path}`, contents: opened(path, contents) })),
    { path: 'gateway/package.json', contents: `${JSON.stringify(PACKAGE, null, 2)}\n` },
    ...gatewayImage(plan, assets),
  ];
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)) };
}

/** Strategies that draw, by luck or by the caller's key. */
const DRAWN: readonly Balance[] = ['health-based', 'random', 'rendezvous'];

/** The optional parts of the runtime that this plan can come to use, in any placement. */
function neededFeatures(plan: Plan, tables: GatewayTables): Feature[] {
  const { traffic, infra } = plan;
  const sources = traffic.pools.flatMap(({ sources }) => Object.values(sources));
  const stdio = infra.workloads.some(({ kind }) => kind === 'stdio-host');
  const dns = sources.some(({ kind }) => kind === 'dns') || (infra.targets.compose !== null && infra.targets.nginx !== null);
  // In containers a stdio server is a workload of its own, whose host process is made of the same modules as the gateway.
  const { compose, kubernetes, fly } = infra.targets;
  const host = stdio && (compose ?? kubernetes ?? fly) !== null;
  const { pools } = traffic;
  const clients = erasOf(traffic);
  // Where the config names no key for sessions, workers are given one as a secret.
  const hasWorkers = traffic.workers > 1;
  const sse = pools.filter(({ server }) => traffic.routes.some((route) => route.server === server && KINDS[route.kind].answeredBy === 'sse'));
  // The era of a server with revision `auto` is open until the running gateway finds it out. A stdio server with `auto` counts as legacy: the modules that
  // run it speak to it with `initialize`, and tell modern clients so themselves.
  const isStdio = (server: string): boolean => infra.workloads.some(({ id, kind }) => id === server && kind === 'stdio-host');
  const isEraOpen = ({ server, revision }: Pool): boolean => revision === 'auto' && !isStdio(server);
  const toLegacy = clients.modern && pools.some(({ revision }) => revision === 'legacy');
  const toModern = clients.legacy && pools.some((pool) => pool.revision === 'modern' || isEraOpen(pool));
  const children = pools.filter(({ server }) => isStdio(server));
  const needed: Readonly<Record<Exclude<Feature, keyof typeof NEEDS>, boolean>> = {
    admin: traffic.admin !== null,
    audit: traffic.log.audit,
    breakers: pools.some(({ choice }) => choice.breaker !== null),
    bridge: toLegacy || toModern || (clients.modern && pools.some(isEraOpen)),
    dns,
    drawing: pools.some(({ choice }) => DRAWN.includes(choice.balance)),
    gauges: traffic.admin !== null,
    host,
    httpProbes: pools.some(({ health, sources }) => health.kind === 'http' && Object.values(sources).some(({ kind }) => kind === 'urls' || kind === 'dns')),
    mcpProbes: pools.some(({ health }) => health.kind === 'mcp'),
    metrics: traffic.admin !== null,
    mirror: isMirrored(traffic),
    redaction: pools.some(({ transform }) => transform.response.redact.length > 0),
    relay: relaysMessages(traffic, infra.gateway.replicas),
    // A server over HTTP may say in any words that it has lost a session; a child is spoken for by the modules that run it.
    renew: clients.legacy && pools.some(({ server, revision, sessionLoss }) => revision !== 'modern' && (sessionLoss === 'reinitialise' || !isStdio(server))),
    revocation: traffic.auth.wanted || traffic.tenants.some(({ implied }) => !implied),
    secrets: stdio || hasWorkers || infra.secrets.some(({ uses }) => uses.some(({ workload }) => workload === 'gateway')),
    sse: hasSseRoutes(traffic),
    sseHeld: sse.some((pool) => pool.sse === null),
    ssePassed: sse.some((pool) => pool.sse !== null),
    stdio,
    stdioLegacy: children.some(({ revision }) => revision !== 'modern'),
    stdioModern: children.some(({ revision }) => revision === 'modern'),
    strategies: pools.some(({ choice }) => choice.balance !== 'round-robin' || choice.preferRegion),
    toLegacy,
    toModern,
    traces: traffic.traces !== null,
    transform: pools.some(({ transform }) => !changesNothing(transform)),
    workers: hasWorkers,
  };
  const ofTables = (Object.keys(NEEDS) as (keyof typeof NEEDS)[]).filter((feature) => NEEDS[feature](tables) || (feature === 'environmentRate' && hasWorkers));
  const others = (Object.keys(needed) as (keyof typeof needed)[]).filter((feature) => needed[feature]);
  return [...ofTables, ...others].sort();
}

export const gatewayEmitter: Emitter<GatewayDocument> = {
  model: (_plan, { gateway }) => gateway,
  print: ({ files }) => files,
};

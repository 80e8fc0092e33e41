/** What is only wrong in the whole: each part is valid, and together they mean nothing. */
import type { Model } from '../config/model.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { erasOf } from './eras.js';
import { overlap } from './origin-overlap.js';
import type { OriginRule } from './origin-types.js';
import type { TenantPlan, Traffic } from './traffic-types.js';
import type { Profile } from './types.js';

/** Every problem of the whole at once. */
export function checkConsistency(model: Model, traffic: Traffic, profile: Profile): Diagnostic[] {
  return [...emptyGrants(traffic), ...missingSessionKeys(model, profile), ...pointlessFallback(model), ...undividedState(model, traffic)];
}

/** A tenant's origins narrow those of its servers. When nothing is left, no browser of that tenant could ever call. */
function* emptyGrants(traffic: Traffic): Iterable<Diagnostic> {
  const serversOf = new Map(traffic.serverSets.map(({ id, servers }) => [id, servers]));
  const setOf = new Map(traffic.routes.map(({ server, origins }) => [server, origins]));
  const empty = new Set(traffic.originSets.filter(({ origins }) => origins.length === 0).map(({ id }) => id));
  const haveCommonOrigin = commonOrigins(traffic);
  for (const tenant of traffic.tenants) {
    if (tenant.origins === null || empty.has(tenant.origins)) continue;
    for (const server of serversOf.get(tenant.servers) ?? []) {
      const theirs = setOf.get(server);
      if (theirs !== undefined && !haveCommonOrigin(tenant.origins, theirs)) yield noOriginLeft(tenant, server);
    }
  }
}

/** Whether an origin could be in both of two sets. Sets are few and tenants many, so each pair is compared once. */
function commonOrigins({ origins, originSets }: Traffic): (own: string, theirs: string) => boolean {
  const rulesOf = new Map(origins.map(({ name, rules }) => [name, rules.map(({ rule }) => rule)]));
  const rules = new Map(originSets.map(({ id, origins }) => [id, origins.flatMap((name) => rulesOf.get(name) ?? [])]));
  const compared = new Map<string, boolean>();
  return (own, theirs) => {
    const pair = `${own}\n${theirs}`;
    const known = compared.get(pair) ?? (own === theirs || anyOverlap(rules.get(own) ?? [], rules.get(theirs) ?? []));
    compared.set(pair, known);
    return known;
  };
}

const anyOverlap = (some: readonly OriginRule[], others: readonly OriginRule[]): boolean => some.some((a) => others.some((b) => overlap(a, b)));

function noOriginLeft(tenant: TenantPlan, server: string): Diagnostic {
  return {
    code: 'empty-grant',
    message: `no origin of tenant "${tenant.name}" is accepted by server "${server}", so no browser could call it for this tenant`,
    help: `add one of the tenant's origins to servers.${server}.origins, or leave the server out of the tenant`,
    place: { kind: 'path', path: ['tenants', tenant.name, 'origins'], key: false },
  };
}

/** A key made up at start lasts as long as the process: every session would end with a restart and be unknown to the next replica. */
function* missingSessionKeys({ gateway }: Model, profile: Profile): Iterable<Diagnostic> {
  if (profile === 'local' || !erasOf(gateway).legacy || gateway.sessionKeys.length > 0) return;
  yield {
    code: 'session-keys',
    message: 'profile "production" needs gateway.sessionKeys: without them every restart ends every session',
    help: "add sessionKeys: [secret('MCPGEN_SESSION_KEY')], 32 random bytes or more",
    place: { kind: 'path', path: ['gateway'], key: true },
  };
}

/** Forwarded origins are believed of trusted hops alone. */
function* pointlessFallback({ gateway }: Model): Iterable<Diagnostic> {
  if (gateway.originFallback === 'none' || gateway.trustedProxies.length > 0) return;
  yield {
    code: 'origin-fallback',
    message: "originFallback: 'forwarded' believes trusted hops only, and gateway.trustedProxies names none",
    help: "name the hop's network in gateway.trustedProxies, or leave originFallback out",
    place: { kind: 'path', path: ['gateway', 'originFallback'], key: false },
  };
}

/**
 * Workers share nothing, and a connection comes to any of them: what one process holds for a client the others do not know. Stdio servers are children of
 * the gateway in placement `local`, which is the only one where no target runs containers; elsewhere they are workloads of their own.
 */
function* undividedState({ gateway: { workers }, targets }: Model, { pools, routes }: Traffic): Iterable<Diagnostic> {
  if (workers === 1) return;
  const place = { kind: 'path', path: ['gateway', 'workers'], key: false } as const;
  const hasContainers = [targets.compose, targets.kubernetes, targets.fly].some((target) => target !== undefined);
  const spawned = hasContainers ? [] : pools.filter(({ sources }) => sources.local.kind === 'spawn').map(({ server }) => server);
  if (spawned.length > 0) {
    yield {
      code: 'workers',
      message: `${quoted(spawned)} would run in the gateway's own process, and a session with it live in one of ${workers} workers alone`,
      help: 'leave workers out, or add a target that runs containers, where a stdio server is a workload of its own',
      place,
    };
  }
  const held = pools.filter(({ server, sse }) => sse === null && routes.some((route) => route.kind === 'sse' && route.server === server));
  if (held.length === 0) return;
  yield {
    code: 'workers',
    message: `the gateway itself holds the 2024-11-05 streams of ${quoted(held.map(({ server }) => server))}, each in one of ${workers} workers alone`,
    help: 'leave workers out, take 2024-11-05 out of gateway.revisions, or give each server that has an endpoint for it that path as sse',
    place,
  };
}

const quoted = (servers: readonly string[]): string => servers.map((server) => `"${server}"`).join(', ');

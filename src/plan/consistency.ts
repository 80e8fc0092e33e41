/** What is only wrong in the whole: each part is valid, and together they mean nothing. */
import type { Model } from '../config/model.js';
import type { Diagnostic } from '../load/types.js';
import type { OriginPlan, Profile, TenantPlan, Traffic } from './types.js';

export function checkConsistency(model: Model, traffic: Traffic, profile: Profile): Diagnostic[] {
  return [...emptyGrants(traffic), ...sessionKeys(model, profile), ...fallback(model)];
}

/** A tenant's origins narrow those of its servers. When nothing is left, no browser of that tenant could ever call. */
function* emptyGrants(traffic: Traffic): Iterable<Diagnostic> {
  const originsOf = new Map(traffic.originSets.map(({ id, origins }) => [id, origins]));
  const serversOf = new Map(traffic.serverSets.map(({ id, servers }) => [id, servers]));
  const byName = new Map(traffic.origins.map((origin) => [origin.name, origin]));
  const spellings = (names: readonly string[]) => new Set(names.flatMap((name) => [name, ...exact(byName.get(name))]));
  for (const tenant of traffic.tenants.filter((tenant) => tenant.origins !== null)) {
    const own = spellings(originsOf.get(tenant.origins ?? '') ?? []);
    if (own.size === 0) continue;
    for (const server of serversOf.get(tenant.servers) ?? []) {
      const route = traffic.routes.find((route) => route.server === server);
      const theirs = spellings(originsOf.get(route?.origins ?? '') ?? []);
      if (route && ![...own].some((name) => theirs.has(name))) yield noOriginLeft(tenant, server);
    }
  }
}

const exact = (origin: OriginPlan | undefined): string[] => origin?.rules.flatMap(({ rule }) => (rule.kind === 'exact' ? [rule.origin] : [])) ?? [];

function noOriginLeft(tenant: TenantPlan, server: string): Diagnostic {
  return {
    code: 'empty-grant',
    message: `no origin of tenant "${tenant.name}" is accepted by server "${server}", so no browser could call it for this tenant`,
    help: `add one of the tenant's origins to servers.${server}.origins, or leave the server out of the tenant`,
    place: { kind: 'path', path: ['tenants', tenant.name, 'origins'], key: false },
  };
}

/** A key made up at start lasts as long as the process: every session would end with a restart and be unknown to the next replica. */
function* sessionKeys({ gateway }: Model, profile: Profile): Iterable<Diagnostic> {
  const legacy = gateway.revisions.some((revision) => revision < '2026-07-28');
  if (profile === 'local' || !legacy || gateway.sessionKeys.length > 0) return;
  yield {
    code: 'session-keys',
    message: 'profile "production" needs gateway.sessionKeys: without them every restart ends every session',
    help: "add sessionKeys: [secret('MCPGEN_SESSION_KEY')], 32 random bytes or more",
    place: { kind: 'path', path: ['gateway'], key: true },
  };
}

function* fallback({ gateway }: Model): Iterable<Diagnostic> {
  if (gateway.originFallback === 'none' || gateway.trustedProxies.length > 0) return;
  yield {
    code: 'origin-fallback',
    message: "originFallback: 'forwarded' believes trusted hops only, and gateway.trustedProxies names none",
    help: "name the hop's network in gateway.trustedProxies, or leave originFallback out",
    place: { kind: 'path', path: ['gateway', 'originFallback'], key: false },
  };
}

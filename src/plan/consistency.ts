/** What is only wrong in the whole: each part is valid, and together they mean nothing. */
import type { Model } from '../config/model.js';
import type { Diagnostic } from '../load/types.js';
import type { OriginRule, Profile, TenantPlan, Traffic } from './types.js';

export function checkConsistency(model: Model, traffic: Traffic, profile: Profile): Diagnostic[] {
  return [...emptyGrants(traffic), ...sessionKeys(model, profile), ...fallback(model)];
}

/** A tenant's origins narrow those of its servers. When nothing is left, no browser of that tenant could ever call. */
function* emptyGrants(traffic: Traffic): Iterable<Diagnostic> {
  const rulesOf = new Map(traffic.origins.map(({ name, rules }) => [name, rules.map(({ rule }) => rule)]));
  const rules = new Map(traffic.originSets.map(({ id, origins }) => [id, origins.flatMap((name) => rulesOf.get(name) ?? [])]));
  const serversOf = new Map(traffic.serverSets.map(({ id, servers }) => [id, servers]));
  const setOf = new Map(traffic.routes.map(({ server, origins }) => [server, origins]));
  /** Sets are few and tenants many: each pair of sets is compared once. */
  const compared = new Map<string, boolean>();
  const meet = (own: string, theirs: string): boolean => {
    const pair = `${own}\n${theirs}`;
    const known = compared.get(pair) ?? (own === theirs || (rules.get(own) ?? []).some((a) => (rules.get(theirs) ?? []).some((b) => overlap(a, b))));
    compared.set(pair, known);
    return known;
  };
  for (const tenant of traffic.tenants) {
    if (tenant.origins === null || rules.get(tenant.origins)?.length === 0) continue;
    for (const server of serversOf.get(tenant.servers) ?? []) {
      const theirs = setOf.get(server);
      if (theirs !== undefined && !meet(tenant.origins, theirs)) yield noOriginLeft(tenant, server);
    }
  }
}

/** Whether one origin could match both. */
function overlap(a: OriginRule, b: OriginRule): boolean {
  return JSON.stringify(a) === JSON.stringify(b) || samples(a).some((origin) => matches(b, origin)) || samples(b).some((origin) => matches(a, origin));
}

/** Origins that a rule matches: all of them, or one of each shape. */
function samples(rule: OriginRule): string[] {
  switch (rule.kind) {
    case 'exact':
      return [rule.origin];
    case 'subdomain':
      return [`${rule.scheme}://x${rule.suffix}${rule.port}`];
    case 'loopback':
      return [`${rule.scheme}://localhost`];
    case 'any-https':
      return ['https://x.example'];
    case 'tunnel':
      return rule.suffixes.map((suffix) => `https://x${suffix}`);
    case 'rejected':
      return [];
  }
}

function matches(rule: OriginRule, origin: string): boolean {
  const url = new URL(origin);
  switch (rule.kind) {
    case 'exact':
      return rule.origin === origin;
    case 'subdomain':
      return url.protocol === `${rule.scheme}:` && url.port === rule.port.slice(1) && url.hostname.endsWith(rule.suffix) && !url.hostname.slice(0, -rule.suffix.length).includes('.');
    case 'loopback':
      return url.protocol === `${rule.scheme}:` && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    case 'any-https':
      return url.protocol === 'https:';
    case 'tunnel':
      return url.protocol === 'https:' && rule.suffixes.some((suffix) => url.hostname.endsWith(suffix));
    case 'rejected':
      return false;
  }
}

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

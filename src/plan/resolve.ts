import type { Model } from '../config/model.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { planAbout } from './about.js';
import { planAuth } from './auth.js';
import { planClients } from './clients.js';
import { checkConsistency } from './consistency.js';
import { planDev } from './dev.js';
import { freeze } from './freeze.js';
import { planGateway } from './gateway.js';
import { hashOf } from './hash.js';
import { planHosts } from './hosts.js';
import { planImages } from './images.js';
import type { Infra } from './infra-types.js';
import { planOrigins } from './origins.js';
import { planPolicy } from './policy.js';
import { planPools } from './pools.js';
import { planPublicUrl } from './public-url.js';
import { planRoutes } from './routes.js';
import { RuleSets } from './rule-sets.js';
import { planSecrets } from './secrets.js';
import { planSecurityHeaders } from './security-headers.js';
import { Sets } from './sets.js';
import { planSettings } from './settings.js';
import { planTargets } from './targets.js';
import { planTenants } from './tenants.js';
import type { Traffic } from './traffic-types.js';
import type { Plan, Profile } from './types.js';
import { planWorkloads } from './workloads.js';

export type Resolved = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** The model of one deployment → its plan, pass by pass. Pure: the same model gives the same bytes. */
export function resolve(model: Model, environment: string | null): Resolved {
  const traffic = planTraffic(model);
  const profile = model.profile ?? (traffic.publicUrl.isPublic ? 'production' : 'local');
  const diagnostics = checkConsistency(model, traffic, profile);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  const infra = planInfra(model, profile);
  const hashed = { name: model.name, environment, profile, about: planAbout(model), traffic, infra };
  return { ok: true, plan: freeze({ ...hashed, hash: hashOf(hashed), policy: planPolicy(model, traffic) }) };
}

function planTraffic(model: Model): Traffic {
  const publicUrl = planPublicUrl(model);
  const hosts = planHosts(model, publicUrl);
  const origins = planOrigins(model.origins);
  // Routes and tenants add the sets that they refer to.
  const originSets = new Sets(Object.keys(model.origins));
  const ruleSets = new RuleSets();
  const serverSets = new Sets(Object.keys(model.servers));
  const routes = planRoutes(model, originSets);
  const clients = planClients(model);
  const tenants = planTenants(model, serverSets, originSets, ruleSets);
  const pools = planPools(model);
  return {
    ...planSettings(model),
    auth: planAuth(model),
    headers: planSecurityHeaders(model.gateway.headers, publicUrl),
    publicUrl,
    hosts,
    origins,
    originSets: originSets.list().map(({ id, members }) => ({ id, origins: members })),
    serverSets: serverSets.list().map(({ id, members }) => ({ id, servers: members })),
    ruleSets: ruleSets.list(),
    routes,
    clients,
    tenants,
    pools,
  };
}

function planInfra(model: Model, profile: Profile): Infra {
  const images = planImages(model);
  return {
    listenHost: model.gateway.listen.host ?? null,
    gateway: planGateway(model, images.node),
    workloads: planWorkloads(model, images.node, profile),
    secrets: planSecrets(model),
    images,
    dev: planDev(model),
    targets: planTargets(model),
  };
}

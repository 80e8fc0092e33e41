import { createHash } from 'node:crypto';
import type { Model } from '../config/model.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { planAbout } from './about.js';
import { checkConsistency } from './consistency.js';
import { planPolicy } from './policy.js';
import { planHealth } from './server.js';
import { planSecrets } from './secrets.js';
import { sortedEntries } from './sorted-entries.js';
import { planImages, planTargets } from './targets.js';
import { planTraffic } from './traffic.js';
import type { DevPlan, Infra, Plan } from './types.js';
import { planWorkloads } from './workloads.js';

export type Resolved = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** The model of one deployment → its plan: frozen, sorted, plain. Pure: the same model gives the same bytes. */
export function resolve(model: Model, environment: string | null): Resolved {
  const traffic = planTraffic(model);
  const profile = model.profile ?? (traffic.publicUrl.isPublic ? 'production' : 'local');
  const diagnostics = checkConsistency(model, traffic, profile);
  if (diagnostics.length > 0) return { ok: false, diagnostics };
  const body = { name: model.name, environment, profile, about: planAbout(model), traffic, infra: planInfra(model) };
  return { ok: true, plan: freeze({ ...body, hash: hashOf(body), policy: planPolicy(model, traffic) }) };
}

function planInfra(model: Model): Infra {
  const images = planImages(model);
  return {
    listenHost: model.gateway.listen.host ?? null,
    workloads: planWorkloads(model, images.node),
    secrets: planSecrets(model),
    images,
    dev: planDev(model),
    targets: planTargets(model),
  };
}

function planDev(model: Model): DevPlan[] {
  return sortedEntries(model.servers).flatMap(([server, config]) => {
    if (config.kind === 'stdio' || !config.dev) return [];
    const { command, cwd, env, instances } = config.dev;
    const health = planHealth(config);
    const from = `servers.${server}.dev`;
    return [{ server, command, cwd: cwd ?? null, env: Object.fromEntries(sortedEntries(env)), instances, path: config.path, health, from }];
  });
}

function hashOf(value: object): string {
  return createHash('sha256').update(JSON.stringify(value, sortKeys)).digest('hex');
}

/** Key order is how the code happens to build an object, not what the config says. */
function sortKeys(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(sortedEntries(value as Record<string, unknown>)) : value;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) freeze(inner);
  }
  return value;
}

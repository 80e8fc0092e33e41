/** Plans that the real pipeline makes from a config, by validation and resolution. */
import { planConfig } from '#src/compile.js';
import type { Infra } from '#src/plan/infra-types.js';
import type { PolicyPlan } from '#src/plan/policy-types.js';
import type { Traffic } from '#src/plan/traffic-types.js';
import type { Plan, Profile } from '#src/plan/types.js';

export type Json = Readonly<Record<string, unknown>>;

/** The smallest valid config, with what a test adds to it. */
export const least = (more: Json = {}): Json => ({ name: 'acme', servers: { web: { kind: 'http', image: 'web' } }, ...more });

/** Parts that replace those of the planned config. They are for tests of one part, where a config with the same effect would only distract. */
export interface Overrides {
  readonly profile?: Profile;
  readonly traffic?: Partial<Traffic>;
  readonly infra?: Partial<Infra>;
  readonly policy?: Partial<PolicyPlan>;
}

/** The plan of a config without environments. It is frozen, as `resolve()` leaves it, so that code that writes to a plan fails. */
export function planOf(config: unknown, overrides: Overrides = {}): Plan {
  const planned = planConfig(config);
  const [plan] = planned.ok ? planned.plans : [];
  if (!plan) throw new Error(`no plan: ${problems(config).join('; ')}`);
  const { profile = plan.profile, traffic, infra, policy } = overrides;
  if (profile === plan.profile && !traffic && !infra && !policy) return plan;
  return frozen({ ...plan, profile, traffic: { ...plan.traffic, ...traffic }, infra: { ...plan.infra, ...infra }, policy: { ...plan.policy, ...policy } });
}

/** The diagnostics of a config, each as `code path: message`. */
export function problems(config: unknown): readonly string[] {
  const planned = planConfig(config);
  if (planned.ok) return [];
  return planned.diagnostics.map(({ diagnostic: { code, place, message } }) => `${code} ${place.kind === 'path' ? place.path.join('.') : '-'}: ${message}`);
}

function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(Object.freeze(value))) frozen(inner);
  return value;
}

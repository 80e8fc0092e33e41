/** From a loaded value to plans, purely. What is wrong with the config comes back as diagnostics. */
import { variants } from './config/overlay.js';
import { secretValues } from './config/secret-values.js';
import { validate } from './config/validate.js';
import type { Diagnostic } from './diagnostics/diagnostic.js';
import { maskOf } from './diagnostics/mask.js';
import { sharedApps } from './plan/between-environments.js';
import { resolve } from './plan/resolve.js';
import type { Plan } from './plan/types.js';

/** A diagnostic and the environment it was found in; null for the base. */
export interface PlacedDiagnostic {
  readonly diagnostic: Diagnostic;
  readonly environment: string | null;
}

export type Planned = { readonly ok: true; readonly plans: readonly Plan[] } | { readonly ok: false; readonly diagnostics: readonly PlacedDiagnostic[] };

/**
 * One plan for each environment, or a single plan for a config without environments. All environments are validated, whichever one is asked
 * for: a mistake in one should be found today, and not on the day it is deployed.
 */
export function planConfig(value: unknown): Planned {
  const split = variants(value);
  const diagnostics: PlacedDiagnostic[] = split.diagnostics.map((diagnostic) => ({ diagnostic, environment: null }));
  const plans: Plan[] = [];
  for (const { environment, value } of split.variants) {
    const validated = validate(value);
    const resolved = validated.ok ? resolve(validated.model, environment) : validated;
    if (resolved.ok) plans.push(resolved.plan);
    else diagnostics.push(...resolved.diagnostics.map((diagnostic) => ({ diagnostic, environment })));
  }
  diagnostics.push(...[...sharedApps(plans)].map((diagnostic) => ({ diagnostic, environment: null })));
  return diagnostics.length === 0 ? { ok: true, plans } : { ok: false, diagnostics: withoutSecrets(diagnostics, value) };
}

/** Texts of a loaded config that no message may show. */
export const secretsOf = secretValues;

/** What a secret is put together from may stand nowhere in the source as a whole, so its text is looked for here as well. */
function withoutSecrets(diagnostics: readonly PlacedDiagnostic[], value: unknown): PlacedDiagnostic[] {
  const mask = maskOf(secretValues(value));
  return diagnostics.map(({ diagnostic, environment }) => {
    const { message, help } = diagnostic;
    return { diagnostic: { ...diagnostic, message: mask(message), help: help === null ? null : mask(help) }, environment };
  });
}

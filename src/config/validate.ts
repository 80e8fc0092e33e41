import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { checkConsistency } from './consistency.js';
import { diagnose, withKnownKeys } from './diagnose.js';
import type { Model } from './model.js';
import { checkReferences } from './references.js';
import { deployment } from './schema/config.js';

export type Validated = { readonly ok: true; readonly model: Model } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** One deployment, as loaded and with its overlay applied → the model, or everything that is wrong with it. */
export function validate(value: unknown): Validated {
  const parsed = deployment.safeParse(value, { error: withKnownKeys, reportInput: true });
  const shape = parsed.success ? [] : diagnose(parsed.error.issues, value);
  const diagnostics = [...shape, ...checkReferences(value), ...checkConsistency(value, parsed.data ?? null)];
  return parsed.success && diagnostics.length === 0 ? { ok: true, model: parsed.data } : { ok: false, diagnostics };
}

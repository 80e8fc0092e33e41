import type { Diagnostic } from '../load/types.js';
import { diagnose, withKnownKeys } from './diagnose.js';
import type { Model } from './model.js';
import { checkReferences } from './references.js';
import { salvage } from './salvage.js';
import { deployment } from './schema/config.js';

export type Validated = { readonly ok: true; readonly model: Model } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** One deployment, as loaded and with its overlay applied → the model, or everything that is wrong with it. */
export function validate(value: unknown): Validated {
  const parsed = deployment.safeParse(value, { error: withKnownKeys, reportInput: true });
  if (parsed.success) {
    const diagnostics = checkReferences(parsed.data);
    return diagnostics.length === 0 ? { ok: true, model: parsed.data } : { ok: false, diagnostics };
  }
  const rest = salvage(value);
  const references = rest ? checkReferences(rest.model).filter((diagnostic) => !rest.touches(diagnostic)) : [];
  return { ok: false, diagnostics: [...diagnose(parsed.error.issues, value), ...references] };
}

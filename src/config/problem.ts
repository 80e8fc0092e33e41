import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';

/** A diagnostic about a place of the config. */
export type Problem = Diagnostic & { readonly place: Extract<Diagnostic['place'], { kind: 'path' }> };

interface Extra {
  readonly help?: string | null;
  /** Point at the property's name rather than its value. */
  readonly key?: boolean;
}

export function problem(code: string, path: ConfigPath, message: string, { help = null, key = false }: Extra = {}): Problem {
  return { code, message, help, place: { kind: 'path', path, key } };
}

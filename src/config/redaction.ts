/**
 * The JSON paths of `transform.response.redact`: names, `[*]` or `[0]` for elements, `.*` for every key and `..name` for a name at any depth (RFC 9535, the
 * part that needs no expressions). They begin below `result`; `$.` in front may be left out.
 */
export type RedactionStep =
  /** `anywhere`: this name here, or at any depth below. */
  | { readonly kind: 'name' | 'anywhere'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' };

const STEP = /(?:(\.\.|\.)([A-Za-z_$][\w$-]*)|\.\*|\[\*\]|\[(\d{1,6})\]|\['([^'\]]+)'\])/y;

/** @returns null for what is no such path */
export function parseRedaction(written: string): readonly RedactionStep[] | null {
  const text = written.startsWith('$') ? written.slice(1) : written.startsWith('[') || written.startsWith('.') ? written : `.${written}`;
  const steps: RedactionStep[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (!match) return null;
    const [, dots, name, index, quoted] = match;
    if (name !== undefined) steps.push({ kind: dots === '..' ? 'anywhere' : 'name', name });
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) });
    else if (quoted !== undefined) steps.push({ kind: 'name', name: quoted });
    else steps.push({ kind: 'each' });
  }
  return steps.length > 0 ? steps : null;
}

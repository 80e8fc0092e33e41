import { isLegacy, type Revision } from '../config/language/revisions.js';

/** Whether clients are served that begin with `initialize`, and whether those of 2026-07-28 and later are. */
export function erasOf({ revisions }: { readonly revisions: readonly Revision[] }): { readonly legacy: boolean; readonly modern: boolean } {
  return { legacy: revisions.some(isLegacy), modern: !revisions.every(isLegacy) };
}

/** Networks as they are written, sorted, each once; null for any. */
export const planAllowed = (allow: { readonly cidrs: readonly string[] } | undefined): readonly string[] | null =>
  allow ? [...new Set(allow.cidrs)].sort() : null;

/** Which server a pattern of a rule is about, and which of its items. */
import { NAME } from './schema/scalars.js';

export interface ItemPattern {
  /** Null for any server. */
  readonly server: string | null;
  /** A glob. */
  readonly name: string;
}

/**
 * Text before the first dot is a server where it is `*` or looks like a name. `https://docs.acme.com/*` and `file:///data/*` are globs over URIs: what is
 * before their first dot is no name.
 */
export function parseItemPattern(written: string): ItemPattern {
  const dot = written.indexOf('.');
  const before = dot === -1 ? null : written.slice(0, dot);
  if (before === '*') return { server: null, name: written.slice(dot + 1) };
  return before !== null && NAME.test(before) ? { server: before, name: written.slice(dot + 1) } : { server: null, name: written };
}

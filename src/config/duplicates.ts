import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import { problem } from './problem.js';

/** Values of a list that stand in it before. */
export function* duplicates(values: readonly string[], path: ConfigPath, what: string): Iterable<Diagnostic> {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) < index) yield problem('duplicate', [...path, index], `${what} "${value}" is already listed`);
  }
}

import type { ConfigPath, Diagnostic } from '../diagnostics/diagnostic.js';
import { problem } from './problem.js';

/** Reports each value of a list that the list already has before it. */
export function* duplicates(values: readonly string[], path: ConfigPath, what: string): Iterable<Diagnostic> {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) < index) yield problem('duplicate', [...path, index], `${what} "${value}" is already listed`);
  }
}

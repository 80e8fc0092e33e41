import { locationOf } from '../source/position.js';
import type { Diagnostic } from '../diagnostics/diagnostic.js';

/**
 * A JSON file as a module. Not as Node's own kind of module for it: that warns on Node 20, and wants an attribute that editors let users leave out.
 * Parsed rather than pasted, for in a literal `__proto__` means something else.
 */
export function jsonModule(text: string): string {
  return `export default JSON.parse(${JSON.stringify(text)});`;
}

/** What is wrong with a JSON file, as `JSON.parse` sees it. */
export function jsonProblems(file: string, text: string, cwd: string): readonly Diagnostic[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // V8 names an offset for everything but an early end.
    const start = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
    const location = locationOf(file, text, { start, end: Math.min(start + 1, text.length) }, { cwd });
    return [{ code: 'syntax', message: `not valid JSON: ${message}`, help: null, place: { kind: 'location', location } }];
  }
}

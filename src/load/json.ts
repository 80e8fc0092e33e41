import type { Diagnostic } from '../diagnostics/diagnostic.js';
import { locationOf } from '../source/position.js';

/**
 * A JSON file as a JavaScript module. Node's own JSON modules are not used: they print a warning on Node 20, and need an import attribute
 * that editors let users leave out. The text is parsed when the module runs, because in a literal `__proto__` would set the prototype.
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
    // V8's message names an offset, except where the text ends too early.
    const start = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
    const location = locationOf(file, text, { start, end: Math.min(start + 1, text.length) }, { cwd });
    return [{ code: 'syntax', message: `not valid JSON: ${message}`, help: null, place: { kind: 'location', location } }];
  }
}

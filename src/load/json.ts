import { locationOf } from './position.js';
import type { Diagnostic } from './types.js';

/** What is wrong with a JSON file, as `JSON.parse` sees it: that is what runs. */
export function parseJson(file: string, text: string, cwd: string): readonly Diagnostic[] {
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

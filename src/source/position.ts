import { isAbsolute, relative, sep } from 'node:path';
import type { Location } from '../diagnostics/diagnostic.js';

/** A stretch of a text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** ECMAScript's line terminators (ECMA-262 §12.3). The compiler and V8 count lines by the same ones. */
const LINE_TERMINATOR = /\r\n|[\n\r\u2028\u2029]/g;

/** Offsets at which the lines of a text begin. */
function lineStarts(text: string): readonly number[] {
  return [0, ...Array.from(text.matchAll(LINE_TERMINATOR), (match) => match.index + match[0].length)];
}

/** The lines of a text, without their line terminators. */
export function linesOf(text: string): readonly string[] {
  return text.split(LINE_TERMINATOR);
}

/** The offset of a line and a column, both counted from 1. Places beyond the text are moved to its end. */
export function offsetAt(text: string, line: number, column: number): number {
  const starts = lineStarts(text);
  const start = starts[line - 1];
  return start === undefined ? text.length : Math.min(start + column - 1, (starts[line] ?? text.length + 1) - 1);
}

export function locationOf(file: string, text: string, span: Span, options: { cwd: string; exact?: boolean }): Location {
  const starts = lineStarts(text);
  const from = placeOf(starts, span.start);
  const to = placeOf(starts, span.end);
  return {
    file: printablePath(file, options.cwd),
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    exact: options.exact ?? true,
  };
}

/** A path as it is printed: relative to the working directory when it lies below it. */
export function printablePath(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path) ? file : path;
}

function placeOf(starts: readonly number[], offset: number): { line: number; column: number } {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

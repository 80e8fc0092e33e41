import type { Location } from '../diagnostics/diagnostic.js';
import { cellsOf, columnsOf, widthOf, type Cell } from './cells.js';
import { linesOf } from './position.js';

/** Columns of source shown at most, ellipses included. */
const WIDTH = 120;

/**
 * The line a location is on, one line around it, and carets below the span:
 *
 *       |
 *    11 |     search: {
 *    12 |       origins: ['ap'],
 *       |                 ^^^^
 *    13 |     },
 */
export function codeFrame(text: string, location: Location, options: { readonly color: boolean }): string {
  const lines = linesOf(text);
  const line = Math.min(location.line, lines.length);
  const last = Math.min(line + 1, lines.length);
  const margin = String(last).length;
  const paint = (code: number, part: string): string => (options.color ? `\u001b[${code}m${part}\u001b[0m` : part);
  const gutter = (label: string): string => paint(34, `${label.padStart(margin)} |`);

  const cells = cellsOf(lines[line - 1] ?? '');
  const span = spanIn(cells, location);
  const from = firstColumn(widthOf(cells), columnsOf(cells), span);
  const carets = Math.max(1, Math.min(span.end, lastColumn(cells, from)) - span.start);

  const shown = [gutter('')];
  for (let number = Math.max(1, line - 1); number <= last; number++) {
    shown.push(`${gutter(String(number))} ${part(cellsOf(lines[number - 1] ?? ''), from)}`.trimEnd());
    if (number === line) shown.push(`${gutter('')} ${' '.repeat(span.start - from + (from > 0 ? 1 : 0))}${paint(31, '^'.repeat(carets))}`);
  }
  return shown.join('\n');
}

interface Columns {
  readonly start: number;
  readonly end: number;
}

/** The columns of the span on its first line. There is at least one, so that there is always something to see. */
function spanIn(cells: readonly Cell[], { line, column, endLine, endColumn }: Location): Columns {
  const start = widthOf(cells.filter((cell) => cell.offset < column - 1));
  // A span of several lines is underlined up to the last visible character of its first line.
  const end =
    endLine > line
      ? cells.findLastIndex((cell) => cell.text.trim() !== '') + 1
      : cells.filter((cell) => cell.offset < endColumn - 1).length;
  return { start, end: Math.max(start + 1, widthOf(cells.slice(0, end))) };
}

/** The first column that is shown: 0, unless the span would not be visible then. It is never the middle of a wide character. */
function firstColumn(total: number, columns: readonly number[], span: Columns): number {
  if (total <= WIDTH || span.end <= WIDTH - 1) return 0;
  const room = WIDTH - 2;
  const centred = span.start - Math.floor((room - Math.min(span.end - span.start, room)) / 2);
  const wanted = Math.min(centred, total - (WIDTH - 1));
  return columns.find((column) => column >= wanted) ?? 0;
}

/** The column after the last one shown. */
function lastColumn(cells: readonly Cell[], from: number): number {
  const total = widthOf(cells);
  const room = WIDTH - (from > 0 ? 1 : 0);
  return total - from <= room ? total : from + room - 1;
}

/** The part of a line that is shown, with `…` where it goes on. */
function part(cells: readonly Cell[], from: number): string {
  const to = lastColumn(cells, from);
  const columns = columnsOf(cells);
  const kept = cells.filter((cell, index) => (columns[index] ?? 0) >= from && (columns[index] ?? 0) + cell.width <= to);
  const first = columns.find((column) => column >= from);
  if (first === undefined) return '';
  return `${from > 0 ? '…' : ''}${' '.repeat(first - from)}${kept.map(({ text }) => text).join('')}${to < widthOf(cells) ? '…' : ''}`;
}

import type { Location } from '../../diagnostics/diagnostic.js';

/**
 * A source text with everything at `locations` covered up, for frames around other lines. Length and line breaks stay, so that columns
 * still point where they did.
 */
export function conceal(text: string, locations: readonly Location[]): string {
  const lines = text.split(/(\r\n|[\n\r\u2028\u2029])/);
  for (const { line, column, endLine, endColumn } of locations) {
    for (let at = line; at <= endLine; at++) {
      const index = (at - 1) * 2;
      const source = lines[index] ?? '';
      const from = at === line ? column - 1 : 0;
      const to = at === endLine ? endColumn - 1 : source.length;
      lines[index] = source.slice(0, from) + source.slice(from, to).replace(/\S/g, '•') + source.slice(to);
    }
  }
  return lines.join('');
}

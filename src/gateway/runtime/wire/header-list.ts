/** Headers as they are written: names and values by turns, which spares an object. */
export type HeaderList = readonly string[];

/** All lines of a head. A character beyond latin1 would be cut to another character, which may be a line feed. */
const LINES = /^(?:[!#$%&'*+.^`|~\w-]+: [\t -~\x80-\xff]*\r\n)*$/;

/**
 * The list as text; null where a name or a value cannot be sent. All are checked at once, which costs a third of checking them one by one. A value that holds a
 * line break shows by the number of lines.
 */
export function linesOf(headers: HeaderList): string | null {
  let text = '';
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i] as string}: ${headers[i + 1] as string}\r\n`;
  return LINES.test(text) && lineCount(text) * 2 === headers.length ? text : null;
}

function lineCount(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

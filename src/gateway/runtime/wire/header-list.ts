/** Headers as they are written: names and values by turns. An object of them would be built for nothing. */
export type HeaderList = readonly string[];

/** Every line of a head. What is beyond latin1 would be cut to some other character, a line feed among them. */
const LINES = /^(?:[!#$%&'*+.^`|~\w-]+: [\t -~\x80-\xff]*\r\n)*$/;

/**
 * The list as text; null where a name or a value cannot be sent. They are checked all at once, which costs a third of checking one by one; a value that holds
 * a line of its own shows by the number of lines.
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

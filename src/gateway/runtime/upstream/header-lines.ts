/** Header lines of answers, read strictly. */

/** RFC 9112 §5: spaces around a value are not of it. Words and spaces exclude each other, so that a line takes no longer than its length. */
const FIELD = /([!#$%&'*+.^`|~\w-]+):[\t ]*((?:[!-~\x80-\xff]+(?:[\t ]+[!-~\x80-\xff]+)*)?)[\t ]*\r\n/y;

/** Lines are remembered of heads of at most so many characters: what a server may make us keep is bounded. */
const MOST_REMEMBERED = 4096;

export type ResponseHeaders = Record<string, string | string[]>;

/** A header line, with the name in lower case. */
interface Line {
  readonly text: string;
  readonly name: string;
  readonly value: string;
}

/** Reads header lines. One that is the same text as before, in the same place, is not read again: servers say most with every answer. */
export class HeaderLines {
  readonly #known: Line[] = [];

  /** The headers from `from` to the end of the block; a repeated one is an array. Throws where a line is none. */
  read(block: string, from: number): ResponseHeaders {
    const headers: ResponseHeaders = {};
    let index = 0;
    for (let at = from; at < block.length; index++) {
      const known = this.#known[index];
      const line = known && block.slice(at, at + known.text.length) === known.text ? known : readLine(block, at);
      if (line !== known && block.length <= MOST_REMEMBERED) this.#known[index] = line;
      at += line.text.length;
      add(headers, line);
    }
    return headers;
  }
}

function add(headers: ResponseHeaders, { name, value }: Line): void {
  const found = headers[name];
  // What every object has, such as `constructor`, is no header; a text assigned to `__proto__` goes nowhere.
  if (found === undefined || !Object.hasOwn(headers, name)) headers[name] = value;
  else if (typeof found === 'string') headers[name] = [found, value];
  else found.push(value);
}

function readLine(block: string, at: number): Line {
  FIELD.lastIndex = at;
  const [text, name, value] = FIELD.exec(block) ?? [];
  if (text === undefined || name === undefined || value === undefined) throw new Error('header line');
  return { text, name: name.toLowerCase(), value };
}

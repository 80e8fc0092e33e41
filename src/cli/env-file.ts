/** The text of an env file as compose and `node --env-file` read it, and how values are added to it. Nothing that stands there is touched. */

export interface EnvValue {
  readonly name: string;
  readonly value: string;
  /** The line that has it, from 0. */
  readonly line: number;
}

const ASSIGNED = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=[ \t]*(.*)$/;
const QUOTES = ['"', "'", '`'];

/** The values of a file, the last of each name, which is the one that counts. A value in quotes may have several lines. */
export function readEnv(text: string): ReadonlyMap<string, EnvValue> {
  const found = new Map<string, EnvValue>();
  const lines = linesOf(text);
  for (let index = 0; index < lines.length; index++) {
    const [, name = '', rest = ''] = ASSIGNED.exec(lines[index] ?? '') ?? [];
    if (name === '') continue;
    const quote = QUOTES.find((one) => rest.startsWith(one));
    const line = index;
    let value = rest;
    if (quote !== undefined) {
      const end = (of: string, from: number): number => endOf(of, quote, from);
      let last = index;
      while (end(value, 1) === -1 && last + 1 < lines.length) value += `\n${lines[++last]}`;
      // A quote that is never closed begins no value of several lines.
      if (end(value, 1) === -1) value = rest;
      else index = last;
      const close = end(value, 1);
      value = close === -1 ? value : value.slice(1, close);
    } else value = value.replace(/(?:^|\s)#.*$/, '').trim();
    found.set(name, { name, value, line });
  }
  return found;
}

/** In double quotes a backslash keeps a quote from closing them. */
function endOf(text: string, quote: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\' && quote === '"') at++;
    else if (text[at] === quote) return at;
  }
  return -1;
}

const linesOf = (text: string): string[] => text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));

export interface NewValue {
  readonly name: string;
  readonly value: string;
  /** What it is for, said before it. */
  readonly about: readonly string[];
}

/** The text with these values: where a name stands without one, there, and else at the end. */
export function withValues(text: string, values: readonly NewValue[]): string {
  const known = readEnv(text);
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split('\n');
  const added: string[] = [];
  for (const { name, value, about } of values) {
    const empty = known.get(name);
    if (empty !== undefined) {
      const line = lines[empty.line] ?? '';
      lines[empty.line] = line.replace(/=.*?(\r?)$/, (_, end: string) => `=${quoted(value)}${commentOf(line)}${end}`);
    } else added.push(['', ...about.map((one) => `# ${one}`), `${name}=${quoted(value)}`, ''].join(lineEnd));
  }
  const before = lines.join('\n');
  if (added.length === 0) return before;
  const start = before === '' ? '' : before.endsWith('\n') ? before : `${before}${lineEnd}`;
  return (start + added.join('')).replace(/^[\r\n]+(?=#)/, '');
}

/** What somebody had noted behind the place of a value. */
const commentOf = (line: string): string => /=\s*(?:""|'')?(\s+#.*?)\r?$/.exec(line)?.[1] ?? '';

/** As every reader understands it: what has a meaning to one of them stands in single quotes, which keep all others. */
export function quoted(value: string): string {
  return /^[\w.:/+@%=-]*$/.test(value) ? value : `'${value}'`;
}

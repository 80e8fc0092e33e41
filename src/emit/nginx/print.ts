/** Prints the tree as text. The printer decides only about quotes, columns and empty lines. */
import type { EmittedFile } from '../types.js';
import { onOneLine, opening } from '../shared/comment.js';
import type { Token } from './tokens.js';
import type { Directive, Entry, Item, NginxDocument, Section } from './types.js';

const INDENT = '    ';
/** Values stand in one column. A key that is wider than this does not move the column of its neighbours. */
const WIDEST_KEY = 72;
/** Length of the rule behind the title of a section, less the title. */
const RULE_LENGTH = 110;

export function nginxPrint({ files }: NginxDocument): readonly EmittedFile[] {
  return files.map((file) => ({ path: file.path, contents: `${opening(file.opening)}\n${lines(file.items).join('\n')}\n` }));
}

function lines(items: readonly Item[]): readonly string[] {
  return groups(items).flatMap((group, index) => [...(index === 0 ? [] : ['']), ...groupLines(group)]);
}

/** Items in groups, which are printed with an empty line between them. A group has single lines under one comment, blocks of one line, or one longer block. */
function groups(items: readonly Item[]): readonly (readonly Item[])[] {
  const found: Item[][] = [];
  for (const item of items) {
    const last = found.at(-1)?.at(-1);
    if (last && joins(last, item)) found.at(-1)?.push(item);
    else found.push([item]);
  }
  return found;
}

function joins(above: Item, below: Item): boolean {
  if (above.kind === 'section' || below.kind === 'section') return false;
  if (above.kind === 'entry' || below.kind === 'entry') return true;
  return below.comment === undefined && isOneLine(above) && isOneLine(below) && (above.block === undefined) === (below.block === undefined);
}

const isLeaf = (item: Item | undefined): item is Directive & { readonly block?: never } => item?.kind === 'directive' && item.block === undefined;
const isOneLine = (directive: Directive): boolean => isLeaf(directive) || (directive.block?.length === 1 && isLeaf(directive.block[0]));

function groupLines(group: readonly Item[]): readonly string[] {
  const entries = group.filter((item) => item.kind === 'entry');
  const leaves = group.filter(isLeaf);
  const nameWidth = Math.max(0, ...leaves.map(({ name }) => name.length));
  const keyWidth = widest(entries.map(({ key }) => token(key)));
  const valueWidth = widest(entries.flatMap(({ value, comment }) => (comment === undefined ? [] : [token(value)])));
  return group.flatMap((item) => {
    switch (item.kind) {
      case 'section':
        return sectionLines(item);
      case 'entry':
        return [entryLine(item, keyWidth, valueWidth)];
      case 'directive':
        return [...(item.comment ?? []).map(commentLine), ...directiveLines(item, nameWidth, argWidth(item, leaves))];
    }
  });
}

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length).filter((length) => length <= WIDEST_KEY));
const commentLine = (text: string): string => `# ${onOneLine(text)}`;

function sectionLines({ title, comment }: Section): readonly string[] {
  return [`# ── ${onOneLine(title)} ${'─'.repeat(Math.max(3, RULE_LENGTH - title.length))}`, ...comment.map(commentLine)];
}

function entryLine({ key, value, comment }: Entry, keyWidth: number, valueWidth: number): string {
  const line = `${token(key).padEnd(keyWidth)} ${token(value)};`;
  return comment === undefined ? line : `${line.padEnd(keyWidth + valueWidth + 2)}  # ${onOneLine(comment)}`;
}

/** Width of the first argument. Where one directive is repeated, its second arguments stand in one column. */
function argWidth({ name, args }: Directive, leaves: readonly Directive[]): number {
  if (args.length < 2) return 0;
  return widest(leaves.filter((leaf) => leaf.name === name && leaf.args.length > 1).map((leaf) => token(leaf.args[0]!)));
}

function directiveLines(directive: Directive, nameWidth: number, firstWidth: number): readonly string[] {
  const args = directive.args.map((arg, index) => (index === 0 ? token(arg).padEnd(firstWidth) : token(arg)));
  if (directive.block === undefined) return [`${[directive.name.padEnd(args.length > 0 ? nameWidth : 0), ...args].join(' ')};`];
  const opener = [directive.name, ...args].join(' ');
  if (directive.name === 'if' && isOneLine(directive)) return [`${opener} { ${lines(directive.block).join(' ')} }`];
  return [`${opener} {`, ...lines(directive.block).map((line) => (line === '' ? '' : INDENT + line)), '}'];
}

export function token({ kind, value }: Token): string {
  switch (kind) {
    case 'word':
    case 'condition':
      return value;
    case 'text':
    case 'template':
      return /^[A-Za-z0-9_$][A-Za-z0-9_@.:/+=,$~^-]*$|^\/[A-Za-z0-9_@.:/+=,$~^-]*$/.test(value) ? value : quoted(value);
    case 'map-key':
      return /^[A-Za-z0-9_][A-Za-z0-9_@.:/+=,-]*$/.test(value) ? value : quoted(value);
    case 'pattern':
    case 'map-pattern':
      return quoted(value);
  }
}

/**
 * A quoted token. nginx reads `\"`, `\'`, `\\`, `\t`, `\r` and `\n` as one character each and keeps every other `\`, so only a `\` before one of these
 * characters, and the quote itself, are escaped. Text with double quotes is put into single quotes, which is easier to read.
 */
function quoted(value: string): string {
  const quote = value.includes('"') && !value.includes("'") ? "'" : '"';
  const escaped = value.replace(/\\(?=["'\\trn]|$)/g, '\\\\').replaceAll(quote, `\\${quote}`);
  return quote + escaped + quote;
}

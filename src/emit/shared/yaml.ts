import { Document, isCollection, isMap, isScalar, visit } from 'yaml';
import { onOneLine } from './comment.js';

/** A remark printed above one key of a document. */
export interface Note {
  readonly at: readonly string[];
  readonly text: string;
}

export interface YamlStyle {
  readonly notes?: readonly Note[];
  /** Maps whose entries are set apart by an empty line, by path; `[]` is the whole document. */
  readonly spaced?: readonly (readonly string[])[];
}

/** Plain data as YAML that says the same to readers of YAML 1.1 (kubectl, PyYAML) and of 1.2 (compose). */
export function yaml(value: unknown, { notes = [], spaced = [] }: YamlStyle = {}): string {
  const document = new Document(value, {
    version: '1.1',
    aliasDuplicateObjects: false,
    // A key `<<` is a key; the tag would write it without the quotes that make it one.
    customTags: (tags) => tags.filter((tag) => typeof tag === 'string' || tag.tag !== 'tag:yaml.org,2002:merge'),
  });
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value === 'string' && (isAmbiguous(node.value) || isFragile(node.value))) node.type = 'QUOTE_DOUBLE';
    },
    Seq(_, node) {
      node.flow = isShort(node.toJSON());
    },
  });
  for (const { at, text } of notes) annotate(document, at, text);
  for (const at of spaced) separate(document.getIn(at, true));
  // Quoted text stays on one line: go-yaml reads the package's folding of `\n \n` as something else.
  const layout = { lineWidth: 0, blockQuote: 'literal', flowCollectionPadding: false, doubleQuotedMinMultiLineLength: Infinity } as const;
  return escapeBreaks(document.toString(layout));
}

/**
 * 1.1 and 1.2 disagree about numbers (`0o14`, `1:30`, `0777`), and 1.1 alone gives `=` and `<<` a meaning; what starts like a number is
 * therefore quoted, unless its unit shows that it is none, and so is text with a character that only an escape can carry.
 */
function isAmbiguous(text: string): boolean {
  return (/^[-+.]?\d/.test(text) && !/^[1-9]\d*[A-Za-z]{1,2}$/.test(text)) || text === '=' || text === '<<' || MUST_ESCAPE.test(text);
}

/**
 * What is right and yet not read everywhere: go-yaml (kubectl, compose) finds the indentation of a block by its first characters, and
 * PyYAML takes no tab in a plain scalar.
 */
function isFragile(text: string): boolean {
  return text.includes('\n') ? /^\s/.test(text) : text.includes('\t');
}

/** Not printable in YAML 1.1 (§4.1), or a line break there and an ordinary character in 1.2. */
const MUST_ESCAPE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;

/** The yaml package writes these characters as they are; they occur inside double quotes only, because `isAmbiguous` put them there. */
function escapeBreaks(text: string): string {
  return text.replace(new RegExp(MUST_ESCAPE, 'g'), (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A list that is read at one glance stays on one line. */
function isShort(list: readonly unknown[]): boolean {
  return list.every((item) => typeof item !== 'object') && list.join(', ').length <= 60;
}

function annotate(document: Document, at: readonly string[], text: string): void {
  const parent = document.getIn(at.slice(0, -1), true);
  if (!isMap(parent)) return;
  const key = parent.items.find((pair) => keyOf(pair.key) === at.at(-1))?.key;
  if (isScalar(key)) key.commentBefore = ` ${onOneLine(text)}`;
}

function separate(node: unknown): void {
  if (!isCollection(node)) return;
  for (const item of node.items.slice(1)) if (isPairWithScalarKey(item)) item.key.spaceBefore = true;
}

function isPairWithScalarKey(item: unknown): item is { key: { spaceBefore?: boolean } } {
  return typeof item === 'object' && item !== null && 'key' in item && isScalar(item.key);
}

function keyOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

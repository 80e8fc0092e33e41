import { Document, isCollection, isMap, isScalar, visit } from 'yaml';
import { onOneLine } from './comment.js';

/** A comment that is printed above one key of a document. */
export interface Note {
  readonly at: readonly string[];
  readonly text: string;
}

export interface YamlStyle {
  readonly notes?: readonly Note[];
  /** Paths of the maps whose entries have an empty line between them; the path `[]` is the whole document. */
  readonly spaced?: readonly (readonly string[])[];
}

/** Plain data as YAML that readers of YAML 1.1 (kubectl, PyYAML) and readers of YAML 1.2 (compose) understand in the same way. */
export function yaml(value: unknown, { notes = [], spaced = [] }: YamlStyle = {}): string {
  const document = new Document(value, {
    version: '1.1',
    aliasDuplicateObjects: false,
    // A key `<<` must be quoted, or readers take it for a merge. The yaml package writes it without quotes as long as it knows the merge tag.
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
  // Quoted text stays on one line, because the yaml package folds `\n \n` in a way that go-yaml reads as another text.
  const layout = { lineWidth: 0, blockQuote: 'literal', flowCollectionPadding: false, doubleQuotedMinMultiLineLength: Infinity } as const;
  return escapeBreaks(document.toString(layout));
}

/**
 * Text that one version of YAML reads as something other than this text. The versions disagree about numbers (`0o14`, `1:30`, `0777`), so text that begins
 * like a number counts as ambiguous unless a unit follows the digits (`10s`). Only YAML 1.1 gives `=` and `<<` a meaning.
 */
function isAmbiguous(text: string): boolean {
  return (/^[-+.]?\d/.test(text) && !/^[1-9]\d*[A-Za-z]{1,2}$/.test(text)) || text === '=' || text === '<<' || MUST_ESCAPE.test(text);
}

/**
 * Text that would be valid YAML without quotes, and that some readers get wrong. go-yaml (kubectl, compose) takes the white space at the start of a block for
 * its indentation, and PyYAML refuses a tab in a plain scalar.
 */
function isFragile(text: string): boolean {
  return text.includes('\n') ? /^\s/.test(text) : text.includes('\t');
}

/** Characters that YAML 1.1 cannot print (§4.1), or reads as a line break where YAML 1.2 does not. */
const MUST_ESCAPE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/;

/** The yaml package does not escape these characters. They occur inside double quotes only, because `isAmbiguous` asks for quotes around such text. */
function escapeBreaks(text: string): string {
  return text.replace(new RegExp(MUST_ESCAPE, 'g'), (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Whether a list is short enough to be printed on one line. */
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

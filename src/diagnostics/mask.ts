/** Covers secrets in what is printed: those of this config, by their text, and everything that looks like one. */
import { secretStretches } from './secret-shapes.js';

export type Mask = (text: string) => string;

/** What is printed for a secret. */
const HIDDEN = '•••';
/** A text at least this long is covered wherever it occurs; a shorter one as a word of its own, and one of a few letters only where it is quoted. */
const DISTINCT = 8;
const A_WORD = 4;
/** Compilers shorten long texts; what is left of a secret begins with at least this much of it. */
const BEGINNING = 12;

/** Covers what has the shape of a secret. */
export const maskShapes: Mask = (text) =>
  [...secretStretches(text)].sort((a, b) => b.start - a.start).reduce((masked, { start, end }) => masked.slice(0, start) + HIDDEN + masked.slice(end), text);

/** @param secrets texts that must not be shown, as they are; how a message may escape them is known here */
export function maskOf(secrets: Iterable<string>): Mask {
  const texts = [...new Set([...secrets].flatMap(spellings))].filter((text) => text !== '').sort((a, b) => b.length - a.length);
  const patterns = texts.map(patternOf);
  if (patterns.length === 0) return maskShapes;
  const known = new RegExp(patterns.join('|'), 'g');
  return (text) => maskShapes(text.replace(known, (match) => (match.length > 2 && isQuoted(match) ? `${match[0]}${HIDDEN}${match[0]}` : HIDDEN)));
}

/** The same mask for every text of a document. */
export function masked<T>(document: T, mask: Mask): T {
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return mask(node);
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [mask(key), walk(value)]));
  };
  return walk(document) as T;
}

function spellings(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [text, json, json.replaceAll('\\"', '"').replaceAll("'", "\\'"), ...text.split(/\r\n|[\n\r\u2028\u2029]/).filter((line) => line.length >= DISTINCT)];
}

function patternOf(text: string): string {
  const exact = escaped(text);
  if (text.length > 2 * BEGINNING) return `${exact}|${escaped(text.slice(0, BEGINNING))}[^\\s"'\`]*`;
  if (text.length >= DISTINCT) return exact;
  return text.length >= A_WORD ? `(?<![\\w-])${exact}(?![\\w-])` : ['"', "'", '`'].map((quote) => `${quote}${exact}${quote}`).join('|');
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
const isQuoted = (text: string): boolean => `"'\``.includes(text[0] ?? ' ') && text.at(-1) === text[0];

/**
 * What may stand where in an nginx file. A token is made by one of these functions and by nothing else: each refuses what its landing place
 * cannot carry, and the printer quotes the rest (nginx, ngx_conf_file.c: ngx_conf_read_token; ngx_http_map_module.c: ngx_http_map).
 */
import { isIP } from 'node:net';
import type { Variable } from './variables.js';

declare const checked: unique symbol;
interface Checked<Kind extends string> {
  readonly kind: Kind;
  readonly value: string;
  readonly [checked]: true;
}

/** Stands as it is: numbers, units, addresses, switches. */
export type Word = Checked<'word'>;
/** Literal text; no variable is expanded in it. */
export type Text = Checked<'text'>;
/** Text with variables. nginx knows no escape for `$`, so the text between them has none. */
export type Template = Checked<'template'>;
/** A string key of a `map`. nginx compares it without regard to case. */
export type MapKey = Checked<'map-key'>;
/** A regular expression: a key of a `map`, or the argument of a location. */
export type MapPattern = Checked<'map-pattern'>;
export type Pattern = Checked<'pattern'>;
/** `($variable)` or `($variable = word)`. */
export type Condition = Checked<'condition'>;
export type Token = Word | Text | Template | MapKey | MapPattern | Pattern | Condition;

/** nginx reads the file through a buffer of 4096 bytes, and no token may be longer. */
const LONGEST = 4000;
const WORD = /^[A-Za-z0-9_@.:/+*=,~^-]+$/;
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Words that mean something else as the first word of a line in a `map`. */
const MAP_WORDS = new Set(['default', 'include', 'hostnames', 'volatile']);

export class TokenError extends Error {}

export function word(value: string): Word {
  if (!WORD.test(value)) throw new TokenError(`${JSON.stringify(value)} cannot stand bare in an nginx file`);
  return make('word', value);
}

export function number(value: number): Word {
  return word(String(Math.floor(value)));
}

/** Bytes, in the largest unit that says them exactly. */
export function size(bytes: number): Word {
  const [unit, suffix] = bytes % 2 ** 20 === 0 ? [2 ** 20, 'm'] : bytes % 1024 === 0 ? [1024, 'k'] : [1, ''];
  return word(`${bytes / unit}${suffix}`);
}

export function seconds(milliseconds: number): Word {
  return word(`${Math.ceil(milliseconds / 1000)}s`);
}

/** One address, or a network. */
export function network(cidr: string): Word {
  const [address = '', bits, ...rest] = cidr.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  if (isIP(address) === 0 || rest.length > 0 || (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most))) {
    throw new TokenError(`${JSON.stringify(cidr)} is not a network`);
  }
  return word(cidr);
}

export function text(value: string): Text {
  if (value.includes('$')) throw new TokenError(`${JSON.stringify(value)} would be expanded by nginx: it has no escape for $`);
  return make('text', plain(value));
}

/** A name of a server; `~`, `*` and a leading dot would make it a pattern. */
export function serverName(name: string): Text {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$|^\[[0-9a-f:.]+\]$/.test(name)) throw new TokenError(`${JSON.stringify(name)} is not a host name`);
  return text(name);
}

export function $(name: Variable): Template {
  return make('template', `$${name}`);
}

/** Strings are literal, tokens made by `$` are variables. */
export function template(...parts: readonly (string | Template)[]): Template {
  const joined = parts.map((part, index) => {
    if (typeof part === 'string') return text(part).value;
    const next = parts[index + 1];
    const runsOn = typeof next === 'string' && /^[A-Za-z0-9_]/.test(next);
    return runsOn ? part.value.replace(/\$(\w+)$/, '${$1}') : part.value;
  });
  return make('template', plain(joined.join('')));
}

/** nginx takes a leading `\` off, which is how a key may look like a pattern or a word of the map's own. */
export function mapKey(value: string): MapKey {
  const special = value.startsWith('~') || value.startsWith('\\') || MAP_WORDS.has(value);
  return make('map-key', plain(special ? `\\${value}` : value));
}

export const DEFAULT: Word = word('default');

/** @param ignoreCase for host names and origins, which the gateway lower-cases; never for paths */
export function mapPattern(source: string, ignoreCase = false): MapPattern {
  return make('map-pattern', plain(`${ignoreCase ? '~*' : '~'}${expression(source)}`));
}

export function pattern(source: string): Pattern {
  return make('pattern', plain(expression(source)));
}

/** Without a word: true when the variable is neither empty nor 0. */
export function when(variable: Variable, equals?: string): Condition {
  return make('condition', equals === undefined ? `($${variable})` : `($${variable} = ${word(equals).value})`);
}

/** Text as part of a regular expression that matches it and nothing else (PCRE2 pattern, "Backslash"). */
export function literally(value: string): string {
  return plain(value).replace(/[\\^$.*+?()[\]{}|#]/g, '\\$&');
}

/** What nginx's PCRE and our own engine both take. */
function expression(source: string): string {
  new RegExp(source);
  return source;
}

function plain(value: string): string {
  if (CONTROL.test(value)) throw new TokenError(`${JSON.stringify(value)} has a control character`);
  if (Buffer.byteLength(value) > LONGEST) throw new TokenError(`longer than nginx reads: ${JSON.stringify(value.slice(0, 60))}…`);
  return value;
}

/** The one place that makes tokens, so the one cast. */
function make<Kind extends string>(kind: Kind, value: string): Checked<Kind> {
  return { kind, value } as Checked<Kind>;
}

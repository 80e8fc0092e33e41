/**
 * The tokens of an nginx file. A token can only be made by one of these functions. Each function refuses a text that nginx would misread at the place where the
 * token stands, and the printer adds quotes where they are needed (ngx_conf_file.c: ngx_conf_read_token; ngx_http_map_module.c: ngx_http_map).
 */
import { isIP } from 'node:net';
import type { Variable } from './variables.js';

declare const checked: unique symbol;
interface Checked<Kind extends string> {
  readonly kind: Kind;
  readonly value: string;
  readonly [checked]: true;
}

/** A word without quotes: a number, a unit, an address, a switch. */
export type Word = Checked<'word'>;
/** A literal text, in which no variable is expanded. */
export type Text = Checked<'text'>;
/** A text with variables. nginx has no escape for `$`, so the text between the variables must be without `$`. */
export type Template = Checked<'template'>;
/** A string key of a `map`. nginx compares such keys without regard to case. */
export type MapKey = Checked<'map-key'>;
/** A regular expression as the key of a `map`. */
export type MapPattern = Checked<'map-pattern'>;
/** A regular expression as the argument of a location. */
export type Pattern = Checked<'pattern'>;
/** The condition of an `if`: `($variable)` or `($variable = word)`. */
export type Condition = Checked<'condition'>;
export type Token = Word | Text | Template | MapKey | MapPattern | Pattern | Condition;

/** nginx reads a file through a buffer of 4096 bytes, and refuses a token that does not fit into it. */
const LONGEST_TOKEN_BYTES = 4000;
const WORD = /^[A-Za-z0-9_@.:/+*=,~^[\]-]+$/;
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Words that nginx does not read as a key when a line of a `map` begins with them. */
const RESERVED_MAP_KEYS = new Set(['default', 'include', 'hostnames', 'volatile']);

export class TokenError extends Error {}

export function word(value: string): Word {
  if (!WORD.test(value)) throw new TokenError(`${JSON.stringify(value)} cannot stand bare in an nginx file`);
  return make('word', value);
}

export function number(value: number): Word {
  return word(String(Math.floor(value)));
}

/** A number of bytes, in the largest unit that needs no fraction. */
export function size(bytes: number): Word {
  const [unit, suffix] = bytes % 2 ** 20 === 0 ? [2 ** 20, 'm'] : bytes % 1024 === 0 ? [1024, 'k'] : [1, ''];
  return word(`${bytes / unit}${suffix}`);
}

export function seconds(milliseconds: number): Word {
  return word(`${Math.ceil(milliseconds / 1000)}s`);
}

/** An address, or a network in CIDR notation. */
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

/** A host name of `server_name`. The characters `~` and `*` and a leading dot are refused, because they would make the name a pattern. */
export function serverName(name: string): Text {
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)*$|^\[[0-9a-f:.]+\]$/.test(name)) throw new TokenError(`${JSON.stringify(name)} is not a host name`);
  return text(name);
}

/** A variable, which nginx expands. */
export function $(name: Variable): Template {
  return make('template', `$${name}`);
}

/** A text made of parts: strings are literal text, and tokens made by `$` are variables. */
export function template(...parts: readonly (string | Template)[]): Template {
  const joined = parts.map((part, index) => {
    if (typeof part === 'string') return text(part).value;
    const next = parts[index + 1];
    const runsOn = typeof next === 'string' && /^[A-Za-z0-9_]/.test(next);
    return runsOn ? part.value.replace(/\$(\w+)$/, '${$1}') : part.value;
  });
  return make('template', plain(joined.join('')));
}

/** A string key. A key that nginx would read as a pattern or as a reserved word gets a leading `\`, which nginx takes off. */
export function mapKey(value: string): MapKey {
  const special = value.startsWith('~') || value.startsWith('\\') || RESERVED_MAP_KEYS.has(value);
  return make('map-key', plain(special ? `\\${value}` : value));
}

export const DEFAULT: Word = word('default');

/** @param ignoreCase set for host names and origins, which the gateway compares in lower case, and never for paths */
export function mapPattern(source: string, ignoreCase = false): MapPattern {
  return make('map-pattern', plain(`${ignoreCase ? '~*' : '~'}${expression(source)}`));
}

export function pattern(source: string): Pattern {
  return make('pattern', plain(expression(source)));
}

/** Without `equals`, the condition is true when the variable is neither empty nor 0. */
export function when(variable: Variable, equals?: string): Condition {
  return make('condition', equals === undefined ? `($${variable})` : `($${variable} = ${word(equals).value})`);
}

/** A regular expression that matches this text and no other text (PCRE2 pattern, "Backslash"). */
export function literally(value: string): string {
  return plain(value).replace(/[\\^$.*+?()[\]{}|#]/g, '\\$&');
}

/** Refuses a source that JavaScript cannot compile. Our patterns use only what JavaScript and nginx's PCRE have in common. */
function expression(source: string): string {
  new RegExp(source);
  return source;
}

function plain(value: string): string {
  if (CONTROL.test(value)) throw new TokenError(`${JSON.stringify(value)} has a control character`);
  if (Buffer.byteLength(value) > LONGEST_TOKEN_BYTES) throw new TokenError(`longer than nginx reads: ${JSON.stringify(value.slice(0, 60))}…`);
  return value;
}

/** Every token is made here, so that this is the only cast. */
function make<Kind extends string>(kind: Kind, value: string): Checked<Kind> {
  return { kind, value } as Checked<Kind>;
}

/** Headers that the gateway alone says to a server, of itself or of a caller: text that goes behind all others, and names under which nobody else is heard. */
import { linesOf } from './header-list.js';
import type { Pairs } from '../tables/pairs.js';

export interface OwnHeaders {
  /** As they are written, each with its line break. */
  readonly lines: string;
  /** In lower case and with dashes, since some servers read an underscore as one. */
  readonly names: ReadonlySet<string>;
}

export const NO_HEADERS: OwnHeaders = { lines: '', names: new Set() };

/** RFC 9110 §5.5: what is more than visible ASCII with blanks inside is read by each server as it likes. */
const SENDABLE = /^[!-~](?:[ -~]*[!-~])?$/;
/** Bytes of one value; servers refuse heads of 8 to 16 kB. */
const MOST = 6144;

/** Whether a value says to every server what was meant. */
export const isSendable = (value: string): boolean => value.length <= MOST && SENDABLE.test(value);

/** What a config may write as text: blanks at its ends are not part of the value (RFC 9110 §5.5). */
const TEXT = /^[\t -~]*$/;

/** Null where one of them cannot be sent. */
export function ownHeaders(pairs: Pairs<string>): OwnHeaders | null {
  const lines = pairs.every(([, value]) => TEXT.test(value)) ? linesOf(pairs.flat()) : null;
  return lines === null ? null : { lines, names: new Set(pairs.map(([name]) => name.replaceAll('_', '-'))) };
}

/** Whether a header is one that only the gateway says. */
export const isOwn = (name: string, { names }: OwnHeaders): boolean => names.size > 0 && (names.has(name) || names.has(name.replaceAll('_', '-')));

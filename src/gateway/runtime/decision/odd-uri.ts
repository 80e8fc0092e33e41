/**
 * URIs that servers may read as another one than the one that is written (RFC 3986 §6.2.2): a rule about `file:///srv/*` is not meant for
 * `file:///srv/../etc/passwd`, and one against `file:///srv/secret` is for `file:///srv/%73ecret` too.
 */
import type { Glob } from './glob.js';
import { globOf } from './glob.js';
import type { ItemRuleTable } from '../tables/rules.js';

const ODD: readonly RegExp[] = [
  // Parsers of URLs take line ends and tabs out, cut blanks off, and take a backslash for a slash.
  /[\\\x00-\x1f\x7f]|^ | $/,
  // Steps to here and up, also of a path in a query.
  /(?:^|[/:=])(?:\.|%2e){1,2}(?=[/?#&]|$)/i,
  // Escapes of what needs none, of what separates, and of escapes.
  /%(?:[01][0-9a-f]|2[def]|3[0-9]|4[1-9a-f]|5[0-9acf]|6[1-9a-f]|7[0-9aef]|25[0-9a-f]{2})/i,
  // A scheme has no case.
  /^[^:/?#]*[A-Z][^:/?#]*:/,
];

/** Schemes whose URIs every library reads in its own way: with a host or without, in any case, with the port that is meant anyway. */
const READ_BY_LIBRARIES = /^(?:file|ftp|https?|wss?):/;

export function isOddUri(uri: string): boolean {
  const path = uri.replace(/^[a-z][a-z0-9+.-]*:(?:\/\/)?/, '').split(/[?#]/, 1)[0] as string;
  return path.includes('//') || ODD.some((pattern) => pattern.test(uri)) || (READ_BY_LIBRARIES.test(uri) && isReadAsAnother(uri));
}

function isReadAsAnother(uri: string): boolean {
  if (!URL.canParse(uri)) return false;
  try {
    const [written, read] = [decodeURI(uri), decodeURI(new URL(uri).href)];
    return read !== written && read !== `${written}/`;
  } catch {
    // Its escapes are none of UTF-8.
    return true;
  }
}

/** Which odd URIs a rule is about: one that allows about no more than is certain, one that denies about all that its pattern could mean. */
export function oddGlobOf({ effect, name }: Pick<ItemRuleTable, 'effect' | 'name'>): Glob {
  if (effect === 'allow') return /^\*+$/.test(name) || !name.includes('*') ? globOf(name) : () => false;
  // A URI begins with a scheme: a pattern that cannot begin with one means none.
  const couldMean = name.includes(':') || (name.includes('*') && /^[a-z0-9+.-]*\*/i.test(name));
  return () => couldMean;
}

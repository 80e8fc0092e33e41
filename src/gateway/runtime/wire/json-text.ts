/** JSON text, read and changed in place: what is only routed keeps its bytes, and with them numbers that a double cannot hold. */

/** Where a value begins and ends in its text. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

const SPACE = /[ \t\r\n]*/y;
const SCALAR = /[\w.+-]*/y;
const MARK = /["[\]{}]/g;

/** Where white space that begins at `at` ends. */
export const spaceEnd = (text: string, at: number): number => matchEnd(SPACE, text, at);

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.exec(text);
  return pattern.lastIndex;
}

/**
 * Where the value that begins at `at` ends: of text that parses only strings and brackets need be told apart. Past the end of the text where the value is
 * not complete.
 */
export function valueEnd(text: string, at: number): number {
  let depth = 0;
  let next = text[at] ?? '';
  if (!'"{['.includes(next) || next === '') return matchEnd(SCALAR, text, at);
  for (;;) {
    if (next === '"') at = stringEnd(text, at);
    else depth += next === '{' || next === '[' ? 1 : -1;
    if (next !== '"') at++;
    if (depth === 0 || at > text.length) return at;
    // Without a match it is 0.
    at = matchEnd(MARK, text, at) - 1;
    if (at < 0) return text.length + 1;
    next = text[at] ?? '';
  }
}

/** Long strings are common, and patterns slow on them. */
function stringEnd(text: string, at: number): number {
  let slashes: number;
  do {
    at = text.indexOf('"', at + 1);
    if (at < 0) return text.length + 1;
    for (slashes = 0; text[at - 1 - slashes] === '\\'; ) slashes++;
  } while (slashes % 2 === 1);
  return at + 1;
}

/** The elements of the array, or the values of this name in the object, that begins at `at`. Null where neither can be read. */
function placesIn(text: string, at: number, name: string | null): Place[] | null {
  const close = name === null ? ']' : '}';
  if (text[at] !== (name === null ? '[' : '{')) return null;
  const found: Place[] = [];
  const written = JSON.stringify(name);
  at = spaceEnd(text, at + 1);
  while (text[at] !== close) {
    let isMeant = true;
    if (name !== null) {
      const end = valueEnd(text, at);
      const key = text.slice(at, end);
      isMeant = key === written || (key.includes('\\') && unescaped(key) === name);
      at = spaceEnd(text, end);
      if (text[at] !== ':') return null;
      at = spaceEnd(text, at + 1);
    }
    const end = valueEnd(text, at);
    if (end === at || end > text.length) return null;
    if (isMeant) found.push({ start: at, end });
    at = spaceEnd(text, end);
    if (text[at] === ',') at = spaceEnd(text, at + 1);
    else if (text[at] !== close) return null;
  }
  return found;
}

/** One member of an object in its text. */
export interface Member extends Place {
  readonly key: string;
}

/** The members of the object that begins at `at`, in their order and with equal keys; none of anything else. The text must parse. */
export function membersAt(text: string, at: number): Member[] {
  const found: Member[] = [];
  if (text[at] !== '{') return found;
  at = spaceEnd(text, at + 1);
  while (text[at] === '"') {
    const keyEnd = valueEnd(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    const start = spaceEnd(text, spaceEnd(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    found.push({ key, start, end });
    at = spaceEnd(text, end);
    if (text[at] === ',') at = spaceEnd(text, at + 1);
  }
  return found;
}

/** Where the elements of the array that begins at `at` are; null for anything else. */
export const elementsAt = (text: string, at: number): readonly Place[] | null => placesIn(text, at, null);

function unescaped(key: string): unknown {
  try {
    return JSON.parse(key);
  } catch {
    return null;
  }
}

/** A part of a text that is kept for longer than the text: engines keep the whole for a part of it. */
export const ownText = <T extends string | null>(part: T): T => (part === null ? part : (Buffer.from(part).toString() as T));

/**
 * The text of the member that a path of names leads to, as `JSON.parse` would read it: of two equal keys the last. Null where there is no such member, or the
 * way to it cannot be read; what lies beside that way is not verified.
 */
export function memberText(text: string, path: readonly string[]): string | null {
  let place: Place = { start: spaceEnd(text, 0), end: text.length };
  for (const name of path) {
    const last = placesIn(text, place.start, name)?.at(-1);
    if (!last) return null;
    place = last;
  }
  return text.slice(place.start, place.end);
}

/**
 * The text with another value, given as JSON text, of the member that a path of names leads to. All else stays byte for byte. Of two equal keys both are
 * replaced: some readers take the first. Null where there is no such member, or the way to it cannot be read.
 */
export function replaceMember(text: string, path: readonly string[], replacement: string): string | null {
  let places: readonly Place[] = [{ start: spaceEnd(text, 0), end: text.length }];
  for (const name of path) {
    const next: Place[] = [];
    for (const { start } of places) {
      if (text[start] !== '{') continue;
      const found = placesIn(text, start, name);
      if (!found) return null;
      next.push(...found);
    }
    places = next;
  }
  if (places.length === 0) return null;
  let out = '';
  let kept = 0;
  for (const { start, end } of places) {
    out += text.slice(kept, start) + replacement;
    kept = end;
  }
  return out + text.slice(kept);
}

/** The texts of an array's elements; null where it is none, or cannot be read. */
export function elementTexts(text: string): string[] | null {
  return placesIn(text, spaceEnd(text, 0), null)?.map(({ start, end }) => text.slice(start, end)) ?? null;
}

/** The members of an object whose text may break off: those that are there as texts, and the one that breaks off as an empty one. */
export function headMembers(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let at = spaceEnd(text, 0);
  if (text[at] !== '{') return found;
  do {
    at = spaceEnd(text, at + 1);
    const nameEnd = valueEnd(text, at);
    const name = unescaped(text.slice(at, nameEnd));
    at = spaceEnd(text, nameEnd);
    if (typeof name !== 'string' || text[at] !== ':') break;
    at = spaceEnd(text, at + 1);
    const end = valueEnd(text, at);
    found.set(name, end < text.length ? text.slice(at, end) : '');
    at = spaceEnd(text, end);
  } while (text[at] === ',');
  return found;
}

const LONGEST = 100;
/** What could move a terminal's cursor or turn text around: C1 controls and bidirectional marks, which JSON leaves as they are. */
const INVISIBLE = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A value from the config as it is shown in a message: in quotes, escaped, and never longer than a line. */
export function quote(value: string): string {
  const shown = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  return JSON.stringify(shown).replace(INVISIBLE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A URL without its query, which may hold a key. */
export function quoteUrl(url: string): string {
  return quote(url.split('?', 1)[0] ?? '');
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], conjunction = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}

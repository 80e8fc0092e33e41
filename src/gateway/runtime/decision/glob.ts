/** Patterns in which `*` is any text, also none, and nothing else has a meaning. Matched piece by piece: no pattern makes a long name expensive. */

export type Glob = (text: string) => boolean;

export function globOf(pattern: string): Glob {
  const pieces = pattern.split('*');
  const first = pieces[0] as string;
  if (pieces.length === 1) return (text) => text === first;
  const last = pieces.at(-1) as string;
  const inner = pieces.slice(1, -1).filter((piece) => piece !== '');
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    const end = text.length - last.length;
    // The first place of each piece leaves most for those behind it.
    for (const piece of inner) {
      const found = text.indexOf(piece, at);
      if (found === -1) return false;
      at = found + piece.length;
      if (at > end) return false;
    }
    return true;
  };
}

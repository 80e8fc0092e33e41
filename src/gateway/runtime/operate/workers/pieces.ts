/** Text for a pipe into which several processes write. */
import type { Writable } from 'node:stream';

/** Bytes that stay together when they are written to a pipe at once: PIPE_BUF, as Linux has it. */
const MOST = 4096;
/** Bytes that a UTF-16 unit may become. */
const MOST_OF_UNIT = 3;

/** Whole lines in pieces that no other process can tear; a line that is longer by itself is a piece of its own. */
export function piecesOf(text: string): readonly string[] {
  if (text.length * MOST_OF_UNIT <= MOST) return [text];
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const more = Buffer.byteLength(line);
    if (piece !== '' && bytes + more > MOST) {
      pieces.push(piece);
      piece = '';
      bytes = 0;
    }
    piece += line;
    bytes += more;
  }
  return [...pieces, piece];
}

/** Writes piece by piece: what waits inside a stream Node would join to one larger write. */
export function inPieces(stream: Pick<Writable, 'write' | 'writableLength' | 'destroyed'>): (text: string) => void {
  const waiting: string[] = [];
  const next = (): void => {
    if (stream.destroyed) waiting.length = 0;
    while (waiting.length > 0 && stream.writableLength === 0) stream.write(waiting.shift() ?? '', next);
  };
  return (text) => {
    waiting.push(...piecesOf(text));
    next();
  };
}

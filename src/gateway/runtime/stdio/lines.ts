/** Reading what a child says: line by line, and by turns with all else. */
import type { Readable } from 'node:stream';

/** After so many bytes at once reading rests for a turn of the event loop: Node would go on for as long as a child floods it, up to 2 MB. */
const YIELD_AFTER_BYTES = 16_384;

/** Cuts bytes into lines of at most `limit`. In latin1 a byte is a character, so that chunks may split those of UTF-8. */
export function lineReader(limit: number, onLine: (line: string) => void, onTooLong: () => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    rest += chunk.toString('latin1');
    // Splitting what was joined costs a copy: only when a line is complete.
    const lines = chunk.includes(10) ? rest.split('\n') : [rest];
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.length > limit) onTooLong();
      else if (line.trim() !== '') onLine(Buffer.from(line, 'latin1').toString());
    }
    if (rest.length <= limit) return;
    rest = '';
    onTooLong();
  };
}

/** Reads an output that can be held back. @returns what lets it come, or holds it back */
export function readByTurns(output: Readable, read: (chunk: Buffer) => void): (on: boolean) => void {
  let isHeld = false;
  let isResting = false;
  const update = (): void => void (isHeld || isResting ? output.pause() : output.resume());
  const rest = (on: boolean): void => {
    isResting = on;
    update();
  };
  output.on('data', (chunk: Buffer) => {
    read(chunk);
    if (chunk.length < YIELD_AFTER_BYTES) return;
    rest(true);
    setImmediate(rest, false);
  });
  return (on) => {
    isHeld = !on;
    update();
  };
}

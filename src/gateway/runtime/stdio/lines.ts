/** Reading what a child says: line by line, and by turns with all else. */
import type { Readable } from 'node:stream';

/** After so many bytes at once reading rests for a turn of the event loop: Node would go on for as long as a child floods it, up to 2 MB. */
const YIELD_AFTER_BYTES = 16_384;

/** Bytes after which a line is taken for one without an end. */
const LONGEST = 256 * 2 ** 20;
/** What is kept of a line that is too long: as many bytes of its beginning, and of its end. */
const KEPT = 4096;

/**
 * Cuts bytes into lines of at most `limit`. In latin1 a byte is a character, so that chunks may split those of UTF-8. A line that is too long is read on to its
 * end, but only its beginning and its end are kept.
 * @param onTooLong is told as soon as a line is too long, how it begins
 * @param onLongEnd is told how it ended
 * @param onEndless is told when it is longer than anybody's answer: whatever else is written would be part of it
 */
export function lineReader(
  limit: number,
  onLine: (line: string) => void,
  onTooLong: (head: string) => void,
  onLongEnd: (tail: string) => void = () => {},
  onEndless: () => void = () => {},
): (chunk: Buffer) => void {
  let rest = '';
  /** What was last of the line that is too long; null while none is. */
  let tail: string | null = null;
  let passed = 0;
  const text = (bytes: string): string => Buffer.from(bytes, 'latin1').toString();
  const begin = (line: string): void => {
    tail = '';
    passed = 0;
    onTooLong(text(line.slice(0, KEPT)));
  };
  const end = (line: string): void => {
    if (tail === null && line.length <= limit) return void (line.trim() !== '' && onLine(text(line)));
    if (tail === null) begin(line);
    onLongEnd(text((tail + line.slice(-KEPT)).slice(-KEPT)));
    tail = null;
  };
  return (chunk) => {
    rest += chunk.toString('latin1');
    // Splitting what was joined costs a copy: only when a line is complete.
    const lines = chunk.includes(10) ? rest.split('\n') : [rest];
    rest = lines.pop() ?? '';
    lines.forEach(end);
    if (tail === null && rest.length > limit) begin(rest);
    if (tail === null) return;
    tail = (tail + rest.slice(-KEPT)).slice(-KEPT);
    passed += rest.length;
    if (passed > Math.max(16 * limit, LONGEST)) onEndless();
    rest = '';
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

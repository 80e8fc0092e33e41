/** Reading that can be held back, and that gives the other streams of the process their turn. */
import type { Readable } from 'node:stream';

/** After so many bytes at once reading rests for a turn of the event loop: Node would go on for as long as a child floods it, up to 2 MB. */
const YIELD_AFTER_BYTES = 16_384;

/** @returns what lets the output come, or holds it back */
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

/** Lines that several processes write into one pipe. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inPieces, piecesOf } from '#src/gateway/runtime/operate/workers/pieces.js';

const line = (length: number, of = 'x'): string => `${of.repeat(length - 1)}\n`;

describe('pieces', () => {
  test('are whole lines, together no more than a pipe keeps together', () => {
    const text = Array.from({ length: 500 }, (_, i) => line(1 + (i % 300), i % 3 === 0 ? 'ä' : 'x')).join('');
    const pieces = piecesOf(text);
    assert.equal(pieces.join(''), text);
    assert.ok(pieces.length > 10);
    for (const piece of pieces) assert.ok(piece.endsWith('\n') && Buffer.byteLength(piece) <= 4096);
  });

  test('as few as can be, and a line that is too long by itself', () => {
    assert.deepEqual(piecesOf(line(100)), [line(100)]);
    assert.deepEqual(piecesOf(line(2048) + line(2048) + line(1)).map((piece) => piece.length), [4096, 1]);
    assert.deepEqual(piecesOf(line(10) + line(5000) + line(10)).map((piece) => piece.length), [10, 5000, 10]);
    assert.deepEqual(piecesOf(`${line(4000)}${'y'.repeat(200)}`).map((piece) => piece.length), [4000, 200]);
  });

  test('wait for the one before, so that the stream joins none', () => {
    const written: string[] = [];
    let taken = (): void => {};
    const stream = {
      destroyed: false,
      writableLength: 0,
      write: (text: string, done: () => void) => {
        written.push(text);
        stream.writableLength = text.length;
        taken = () => {
          stream.writableLength = 0;
          done();
        };
        return true;
      },
    };
    const write = inPieces(stream as unknown as Parameters<typeof inPieces>[0]);
    write(line(4000) + line(4001));
    write(line(4002));
    assert.deepEqual(written.map(({ length }) => length), [4000]);
    taken();
    taken();
    taken();
    assert.deepEqual(written.map(({ length }) => length), [4000, 4001, 4002]);
    write(line(1));
    assert.equal(written.length, 4);
  });
});

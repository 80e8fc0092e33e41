import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineReader } from '#src/gateway/runtime/stdio/lines.js';
import { randomOf } from '../../support/random.js';

function read(chunks: readonly Buffer[], limit = 1000): { lines: string[]; tooLong: number } {
  const lines: string[] = [];
  let tooLong = 0;
  const reader = lineReader(limit, (line) => lines.push(line), () => (tooLong += 1));
  for (const chunk of chunks) reader(chunk);
  return { lines, tooLong };
}

const bytes = (text: string): Buffer => Buffer.from(text);

test('an unfinished line is kept back, empty ones are skipped', () => {
  assert.deepEqual(read([bytes('a\n\n  \nb\r\nc')]).lines.map((line) => line.trim()), ['a', 'b']);
});

test('a line of exactly the limit passes, one byte more does not', () => {
  assert.deepEqual(read([bytes(`${'x'.repeat(10)}\n`)], 10), { lines: ['x'.repeat(10)], tooLong: 0 });
  assert.deepEqual(read([bytes(`${'x'.repeat(11)}\nok\n`)], 10), { lines: ['ok'], tooLong: 1 });
});

test('the limit counts bytes, not characters', () => {
  assert.equal(read([bytes('ééééé\n')], 9).tooLong, 1);
  assert.equal(read([bytes('ééééé\n')], 10).tooLong, 0);
});

test('a line without an end is noticed before it ends', () => {
  assert.equal(read([bytes('x'.repeat(6)), bytes('x'.repeat(6))], 10).tooLong, 1);
});

test('lines come out as they went in, however they are cut', () => {
  const { seed, below, pick } = randomOf();
  const alphabet = ['a', '"', '\\', 'é', '€', '𝄞', '日本', '\u2028', '{', ' ', '\u00a0', '\u0000'];
  for (let round = 0; round < 300; round += 1) {
    const word = (): string => Array.from({ length: below(40) }, () => pick(alphabet)).join('');
    const lines = Array.from({ length: below(8) }, () => `<${word()}>`);
    const whole = bytes(lines.map((line) => `${line}\n`).join(''));
    const chunks: Buffer[] = [];
    for (let at = 0; at < whole.length; ) {
      const size = 1 + below(below(4) === 0 ? 64 : 4);
      chunks.push(whole.subarray(at, at + size));
      at += size;
    }
    assert.deepEqual(read(chunks), { lines, tooLong: 0 }, `MCPGEN_SEED=${seed}, round ${round}`);
  }
});

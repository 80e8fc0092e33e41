import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { lineReader } from '#src/gateway/runtime/stdio/lines.js';

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

/** Deterministic, so that a failure can be repeated: mulberry32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

test('lines come out as they went in, however they are cut', () => {
  const seed = randomInt(2 ** 31);
  const random = randomFrom(seed);
  const alphabet = ['a', '"', '\\', 'é', '€', '𝄞', '日本', '\u2028', '{', ' ', '\u00a0', '\u0000'];
  for (let round = 0; round < 300; round += 1) {
    const word = (): string => Array.from({ length: random(40) }, () => alphabet[random(alphabet.length)]).join('');
    const lines = Array.from({ length: random(8) }, () => `<${word()}>`);
    const whole = bytes(lines.map((line) => `${line}\n`).join(''));
    const chunks: Buffer[] = [];
    for (let at = 0; at < whole.length; ) {
      const size = 1 + random(random(4) === 0 ? 64 : 4);
      chunks.push(whole.subarray(at, at + size));
      at += size;
    }
    assert.deepEqual(read(chunks), { lines, tooLong: 0 }, `seed ${seed}, round ${round}`);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Location } from '#src/diagnostics/diagnostic.js';
import { codeFrame } from '#src/source/frame.js';
import { randomOf, seeds, type Random } from '../support/random.js';

function at(line: number, column: number, endLine: number, endColumn: number): Location {
  return { file: 'mcp.config.ts', line, column, endLine, endColumn, exact: true };
}

function frame(text: string, location: Location): string[] {
  return codeFrame(text, location, { color: false }).split('\n');
}

test('the line, one line around it, and carets below the span', () => {
  const text = "export default {\n  servers: {\n    a: { origins: ['ap'] },\n  },\n};\n";
  assert.deepEqual(frame(text, at(3, 20, 3, 24)), [
    '  |',
    '2 |   servers: {',
    "3 |     a: { origins: ['ap'] },",
    '  |                    ^^^^',
    '4 |   },',
  ]);
});

test('the first and the last line have nothing beyond them', () => {
  assert.deepEqual(frame('abc', at(1, 1, 1, 4)), ['  |', '1 | abc', '  | ^^^']);
  assert.deepEqual(frame('a\nb', at(2, 1, 2, 2)), ['  |', '1 | a', '2 | b', '  | ^']);
});

test('line numbers are right-aligned', () => {
  const text = Array.from({ length: 12 }, (_, index) => `line ${index + 1}`).join('\n');
  assert.deepEqual(frame(text, at(9, 6, 9, 7)), ['   |', ' 8 | line 8', ' 9 | line 9', '   |      ^', '10 | line 10']);
});

test('a span over several lines is underlined to the end of its first', () => {
  assert.deepEqual(frame('a: {\n  b: 1,   \n}', at(1, 4, 3, 2)), ['  |', '1 | a: {', '  |    ^', '2 |   b: 1,']);
  assert.deepEqual(frame('a: [ 1,   \n]', at(1, 4, 2, 2))[2], '  |    ^^^^');
});

test('an empty span, and one at the end of the text, still show a caret', () => {
  assert.deepEqual(frame('abc', at(1, 2, 1, 2))[2], '  |  ^');
  assert.deepEqual(frame('abc\n', at(2, 1, 2, 1)), ['  |', '1 | abc', '2 |', '  | ^']);
  assert.deepEqual(frame('abc', at(9, 1, 9, 1)).at(-1), '  | ^');
});

test('tabs, wide characters and combined characters keep carets below what they mean', () => {
  assert.deepEqual(frame('\ta: 1', at(1, 5, 1, 6)).slice(1), ['1 |     a: 1', '  |        ^']);
  assert.deepEqual(frame('a\tb', at(1, 3, 1, 4)).slice(1), ['1 | a   b', '  |     ^']);
  assert.deepEqual(frame("x: '漢字😀', y", at(1, 11, 1, 12)).slice(1), ["1 | x: '漢字😀', y", '  |             ^']);
  assert.deepEqual(frame("'e\u0301', y", at(1, 6, 1, 7)).slice(1), ["1 | 'e\u0301', y", '  |     ^']);
});

test('control characters of a file do not reach the terminal', () => {
  const [, shown] = frame('a \u001b[31m \u202e b', at(1, 1, 1, 2));
  assert.equal(shown, '1 | a \ufffd[31m \ufffd b');
});

test('every line ending ends a line', () => {
  assert.deepEqual(frame('a\r\nb\rc\u2028d', at(3, 1, 3, 2)), ['  |', '2 | b', '3 | c', '  | ^', '4 | d']);
});

test('a long line is shown around the span', () => {
  const text = `${'x'.repeat(300)}HERE${'y'.repeat(300)}`;
  const [, shown, carets] = frame(text, at(1, 301, 1, 305));
  assert.equal(shown?.length, 4 + 120);
  assert.match(shown ?? '', /^1 \| …x+HEREy+…$/);
  assert.equal(shown?.indexOf('HERE'), carets?.indexOf('^^^^'));
  assert.equal(frame(text, at(1, 1, 1, 5))[1], `1 | ${'x'.repeat(119)}…`);
});

test('a span wider than the window is shown from its start', () => {
  const [, shown, carets] = frame(`${'x'.repeat(300)}${'H'.repeat(300)}`, at(1, 301, 1, 601));
  assert.ok((shown?.length ?? 0) <= 124 && (carets?.length ?? 0) <= 124);
  assert.equal(shown?.indexOf('H'), carets?.indexOf('^'));
});

test('colour adds nothing but colour', () => {
  const text = 'a\nbcd\ne';
  const coloured = codeFrame(text, at(2, 2, 2, 3), { color: true });
  assert.equal(coloured.replaceAll(/\u001b\[\d+m/g, ''), codeFrame(text, at(2, 2, 2, 3), { color: false }));
  assert.ok(coloured.includes('\u001b[31m^\u001b[0m'));
});

/** Characters and how wide terminals draw them. */
const CHARACTERS: readonly (readonly [string, number])[] = [
  ['a', 1],
  ['{', 1],
  [' ', 1],
  ['é', 1],
  ['e\u0301', 1],
  ['漢', 2],
  ['😀', 2],
  ['👩‍👩‍👧', 2],
  ['\u{20bb7}', 2],
  ['Ω', 1],
];

function columnsOf(text: string): number {
  return Array.from(
    new Intl.Segmenter('en').segment(text),
    ({ segment }) => CHARACTERS.find(([character]) => character === segment)?.[1] ?? 1,
  ).reduce((sum, width) => sum + width, 0);
}

const LONE_SURROGATE = /\p{Surrogate}/u;

function randomLine(random: Random): string[] {
  const length = random.chance(0.3) ? random.below(400) : random.below(60);
  return Array.from({ length }, () => random.pick(CHARACTERS)[0]);
}

for (const seed of seeds(1)) {
  test(`carets are below the span, whatever the line (SEED=${seed})`, () => {
    const random = randomOf(seed);
    for (let round = 0; round < 400; round++) {
      const lines = [randomLine(random), ['>', ...randomLine(random)], randomLine(random)];
      const line = lines[1] ?? [];
      const first = random.below(line.length);
      const count = 1 + random.below(Math.min(40, line.length - first));
      const column = line.slice(0, first).join('').length + 1;
      const span = line.slice(first, first + count).join('');
      const text = lines.map((characters) => characters.join('')).join('\n');
      const shown = frame(text, at(2, column, 2, column + span.length));
      const [, , at2 = '', carets = ''] = shown;
      const why = `SEED=${seed} round ${round}\n${shown.join('\n')}`;
      for (const row of shown) {
        assert.doesNotMatch(row, LONE_SURROGATE, why);
        assert.ok(columnsOf(row) <= 120 + 4, `${columnsOf(row)} columns: ${why}`);
      }
      const before = columnsOf(carets.slice(0, carets.indexOf('^')));
      const width = carets.length - carets.indexOf('^');
      assert.equal(width, columnsOf(span), why);
      assert.equal(inColumns(at2, before, width), span.trimEnd(), why);
    }
  });
}

/** The part of a text that is drawn in these columns. */
function inColumns(text: string, from: number, width: number): string {
  let column = 0;
  let part = '';
  for (const { segment } of new Intl.Segmenter('en').segment(text)) {
    if (column >= from && column < from + width) part += segment;
    column += columnsOf(segment);
  }
  return part.trimEnd();
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { comment } from '#src/emit/shared/comment.js';
import { yaml } from '#src/emit/shared/yaml.js';
import { hostileTexts } from '../../support/hostile-texts.js';

describe('yaml', () => {
  it('quotes text that one version of YAML reads as something else', () => {
    const words = [
      'on',
      'yes',
      'n',
      '~',
      'null',
      'true',
      '1:30',
      '0o14',
      '0777',
      '0x1f',
      '1e3',
      '1_000',
      '.5',
      '+1',
      '2026-01-02',
      '=',
      '<<',
      '',
      '#c',
      'a: b',
      '- a',
      '*x',
      '0xf',
    ];
    for (const version of ['1.1', '1.2'] as const) {
      assert.deepEqual(parse(yaml(words), { version }), words, version);
      const keyed = Object.fromEntries(words.map((word) => [word, word]));
      assert.deepEqual(parse(yaml(keyed), { version }), keyed, version);
    }
  });

  it('leaves quantities and paths plain', () => {
    assert.equal(yaml({ a: '25s', b: '256Mi', c: '100m', d: '/mcp', e: 'v1.34' }), 'a: 25s\nb: 256Mi\nc: 100m\nd: /mcp\ne: v1.34\n');
  });

  it('never refers back to an earlier value', () => {
    const shared = { a: 1 };
    assert.equal(yaml({ p: shared, q: shared }), 'p:\n  a: 1\nq:\n  a: 1\n');
  });

  it('keeps empty maps and lists', () => {
    assert.equal(yaml({ a: {}, b: [] }), 'a: {}\nb: []\n');
  });

  it('puts a comment above its key, and an empty line between entries', () => {
    const style = { notes: [{ at: ['s', 'b'], text: 'why\nnot' }], spaced: [['s']] };
    assert.equal(yaml({ s: { a: 1, b: 2 } }, style), 's:\n  a: 1\n\n  # why not\n  b: 2\n');
  });

  it('escapes characters that YAML 1.1 reads as a line break', () => {
    assert.equal(yaml({ a: 'x\u2028y\u0085z\ufeff' }), 'a: "x\\u2028y\\u0085z\\ufeff"\n');
  });

  it('writes no block that begins with a space, which go-yaml would misread', () => {
    assert.equal(yaml({ a: '\n\tx', b: 'x\n\ty\n' }), 'a: "\\n\\tx"\nb: |\n  x\n  \ty\n');
  });

  it('gives back any text, in both versions, as a key and as a value', (t) => {
    const { seed, texts } = hostileTexts();
    t.diagnostic(`seed ${seed}`);
    for (const text of texts) {
      const value = { [text]: text, list: [text, { nested: text }] };
      for (const version of ['1.1', '1.2'] as const)
        assert.deepEqual(parse(yaml(value), { version }), value, `seed ${seed}, ${version}: ${JSON.stringify(text)}`);
    }
  });
});

describe('comments', () => {
  it('stay on their lines, whatever text they hold', (t) => {
    const { seed, texts } = hostileTexts();
    t.diagnostic(`seed ${seed}`);
    for (const text of texts) {
      const written = comment([text]);
      assert.match(written, /^#[^\n\r\u0085\u2028\u2029]*\n$/, `seed ${seed}: ${JSON.stringify(text)}`);
      assert.equal(parse(`${written}a: 1\n`).a, 1, `seed ${seed}: ${JSON.stringify(text)}`);
    }
  });
});

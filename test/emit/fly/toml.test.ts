import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basicString, toml } from '#src/emit/fly/toml.js';
import { hostileTexts } from '../../support/hostile-texts.js';

describe('toml', () => {
  it('writes values before the tables that would swallow them', () => {
    assert.equal(toml({ table: { inner: true }, value: 1 }), 'value = 1\n\n[table]\ninner = true\n');
  });

  it('writes tables, tables of tables and arrays of tables', () => {
    assert.equal(
      toml({ a: { b: { c: 'd' } }, list: [{ x: 1, sub: { y: 2 } }, { x: 3 }], words: ['p', 'q'], none: [] }),
      'words = ["p", "q"]\nnone = []\n\n[a.b]\nc = "d"\n\n[[list]]\nx = 1\n\n[list.sub]\ny = 2\n\n[[list]]\nx = 3\n',
    );
  });

  it('keeps an empty table', () => {
    assert.equal(toml({ a: {} }), '\n[a]\n');
  });

  it('leaves out undefined values', () => {
    assert.equal(toml({ a: undefined, b: 1 }), 'b = 1\n');
  });

  it('quotes keys that are not bare', () => {
    assert.equal(toml({ 'a.b': 1, 'c d': 2, '': 3, 'bare_KEY-1': 4 }), '"a.b" = 1\n"c d" = 2\n"" = 3\nbare_KEY-1 = 4\n');
    assert.equal(toml({ 'x]y': { z: 1 } }), '\n["x]y"]\nz = 1\n');
  });

  it('writes whole numbers in full and refuses values that are not finite', () => {
    assert.equal(toml({ a: 2 ** 53, b: 0.5, c: -1 }), 'a = 9007199254740992\nb = 0.5\nc = -1\n');
    assert.throws(() => toml({ a: NaN }), TypeError);
    assert.throws(() => toml({ a: Infinity }), TypeError);
  });

  it('escapes a string so that it stays on its line and inside its quotes', () => {
    assert.equal(basicString('a"b\\c\nd\te\u0000\u007f'), '"a\\"b\\\\c\\nd\\te\\u0000\\u007F"');
    assert.equal(basicString('half \ud800'), '"half \ufffd"');
  });

  // Every escape that we write is an escape of JSON too, so JSON.parse can read a basic string back.
  it('gives back any text', (t) => {
    const { seed, texts } = hostileTexts();
    t.diagnostic(`seed ${seed}`);
    for (const text of texts) {
      const written = basicString(text);
      assert.equal(JSON.parse(written), text, `seed ${seed}: ${JSON.stringify(text)}`);
      assert.doesNotMatch(written, /[\u0000-\u001f\u007f]/, `seed ${seed}: ${JSON.stringify(text)}`);
    }
  });
});

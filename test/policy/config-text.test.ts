import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { stringText } from '#src/policy/config-text.js';

test('texts are written as configs have them', () => {
  assert.equal(stringText('https://app.acme.com'), "'https://app.acme.com'");
  assert.equal(stringText('it\'s "x"'), `'it\\'s "x"'`);
});

test('any text is read as what it was', () => {
  const pieces = ["'", '"', '\\', '\n', '\r', '\u2028', '\0', '`', '${x}', 'é', '\ud83d\ude00', "\\'", '\\"', '\\\\'];
  for (const first of pieces) {
    for (const second of pieces) {
      const text = `a${first}${second}`;
      const written = stringText(text);
      assert.equal(runInNewContext(written), text, written);
      assert.doesNotMatch(written, /[\n\r]/);
    }
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listed, quote, quoteUrl } from '#src/plan/quote.js';

test('values are quoted so that nothing in them acts', () => {
  assert.equal(quote('https://*'), '"https://*"');
  assert.equal(quote('a"b\n\u001b[31m'), '"a\\"b\\n\\u001b[31m"');
  assert.equal(quote('a\u202eb\u009b\u200b'), '"a\\u202eb\\u009b\\u200b"');
});

test('long values are cut', () => {
  assert.equal(quote('x'.repeat(500)), `"${'x'.repeat(100)}…"`);
});

test('a URL is shown without its query', () => {
  assert.equal(quoteUrl('http://127.0.0.1:9000/mcp?key=hunter2'), '"http://127.0.0.1:9000/mcp"');
});

test('lists as people write them', () => {
  assert.deepEqual([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'], 'or')], ['', 'a', 'a and b', 'a, b or c']);
});

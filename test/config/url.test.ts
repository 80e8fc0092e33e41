import assert from 'node:assert/strict';
import { test } from 'node:test';
import { urlOf } from '#src/config/url.js';

test('a URL is read as one however often that was asked before', () => {
  const reads = (): readonly (string | undefined)[] => ['https://bücher.example', 'https://ä.test/ö?ü', 'https://', 'no url'].map((text) => urlOf(text)?.href);
  const wanted = ['https://xn--bcher-kva.example/', 'https://xn--4ca.test/%C3%B6?%C3%BC', undefined, undefined];
  assert.deepEqual(reads(), wanted);
  for (let i = 0; i < 100_000; i++) urlOf(`https://a${i}.test`);
  assert.deepEqual(reads(), wanted);
});

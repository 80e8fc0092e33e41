/** The JSON paths of `transform.response.redact`: what is one, and what it says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRedaction, type RedactionStep } from '#src/config/redaction.js';

const spelt = (steps: readonly RedactionStep[] | null): string | null =>
  steps?.map((step) => (step.kind === 'each' ? '*' : step.kind === 'index' ? `#${step.index}` : `${step.kind === 'anywhere' ? '**' : ''}${step.name}`)).join(' ') ?? null;

const PATHS: Readonly<Record<string, string>> = {
  content: 'content',
  'content[*].text': 'content * text',
  '$.content[*].text': 'content * text',
  '.content[*].text': 'content * text',
  '[0].text': '#0 text',
  '$[0]': '#0',
  '..ssn': '**ssn',
  'structuredContent..ssn.last': 'structuredContent **ssn last',
  'a.*.b': 'a * b',
  "a['b c'][12]": 'a b c #12',
  'a-b.$c._d': 'a-b $c _d',
  ['__proto__']: '__proto__',
  '*': '*',
};
const NO_PATHS = ['', '$', '.', '..', 'a.', 'a..', 'a b', 'a[]', 'a[-1]', 'a[x]', 'a["b"]', "a['']", 'a[1:2]', 'a[?(@.b)]', 'a..*', 'a..[0]', 'a]', 'a[0', '1a', 'a\n', 'a[1234567]', '$$'];

test('paths', () => {
  for (const [written, steps] of Object.entries(PATHS)) assert.equal(spelt(parseRedaction(written)), steps, written);
});

test('what is no path', () => {
  for (const written of NO_PATHS) assert.equal(parseRedaction(written), null, JSON.stringify(written));
});

test('one path after another, whatever the last one was', () => {
  assert.equal(parseRedaction('a['), null);
  assert.equal(spelt(parseRedaction('b')), 'b');
});

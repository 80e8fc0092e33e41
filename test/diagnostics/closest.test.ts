import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closest, didYouMean } from '#src/diagnostics/closest.js';
import { withSeeds } from '../support/random.js';

const KEYS = ['replicas', 'resources', 'requireOrigin', 'url', 'hosts', 'listen', 'limits', 'tls', 'cors'];

const MEANT: Readonly<Record<string, string | null>> = {
  replica: 'replicas',
  repilcas: 'replicas',
  Replicas: 'replicas',
  REQUIREORIGIN: 'requireOrigin',
  require_origin: 'requireOrigin',
  host: 'hosts',
  lisen: 'listen',
  ulr: 'url',
  uri: 'url',
  tsl: 'tls',
  limit: 'limits',
  // Nothing is near these: a wrong guess costs more than none.
  x: null,
  port: null,
  description: null,
  '': null,
  replicasreplicas: null,
};

test('the word that was meant, or none', () => {
  for (const [word, meant] of Object.entries(MEANT)) assert.equal(closest(word, KEYS), meant, word);
});

test('of two that are as near, the first', () => {
  assert.equal(closest('ab', ['ac', 'ad']), 'ac');
  assert.equal(closest('ab', ['ad', 'ac']), 'ad');
});

test('nothing to choose from', () => {
  assert.equal(closest('x', []), null);
  assert.equal(didYouMean('x', []), '');
  assert.equal(didYouMean('nots', ['notes']), '; did you mean "notes"?');
});

test('one slip in a word of four letters or more is always seen through', () => {
  withSeeds(500, ({ below, pick }) => {
    const word = pick(KEYS.filter((key) => key.length > 3));
    const at = below(word.length - 1);
    const [before, here, next, rest] = [word.slice(0, at), word.charAt(at), word.charAt(at + 1), word.slice(at + 2)];
    const slip = pick([`${before}${next}${rest}`, `${before}${here}z${next}${rest}`, `${before}z${next}${rest}`, `${before}${next}${here}${rest}`]);
    assert.equal(closest(slip, KEYS), word, slip);
  });
});

test('words far longer than any key cost nothing', () => {
  assert.equal(closest('x'.repeat(1_000_000), KEYS), null);
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { globOf } from '#src/gateway/runtime/decision/glob.js';

const CASES: readonly (readonly [pattern: string, text: string, matches: boolean])[] = [
  ['read', 'read', true],
  ['read', 'reads', false],
  ['read', 'Read', false],
  ['*', '', true],
  ['*', 'anything at all', true],
  ['', '', true],
  ['', 'a', false],
  ['get_*', 'get_', true],
  ['get_*', 'get', false],
  ['*_admin', 'drop_admin', true],
  ['*_admin', 'drop_admins', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['ab*ba', 'aba', false],
  ['*a*b*', 'xxbxax', false],
  ['*a*b*', 'xxaxbx', true],
  ['a*b*c', 'abbc', true],
  ['a*bc*c', 'abc', false],
  ['a**b', 'ab', true],
  ['a.c', 'abc', false],
  ['[ab]', 'a', false],
  ['?', 'a', false],
  ['file:///srv/*', 'file:///srv/../etc', true],
];

describe('a glob', () => {
  for (const [pattern, text, matches] of CASES) {
    it(`${matches ? 'matches' : 'does not match'} ${JSON.stringify(text)} by ${JSON.stringify(pattern)}`, () => assert.equal(globOf(pattern)(text), matches));
  }

  it('takes no longer for a pattern that makes a matcher with backtracking slow', () => {
    const glob = globOf('*a'.repeat(100));
    assert.equal(glob(`${'a'.repeat(100_000)}b`), false);
    assert.equal(glob('a'.repeat(100_000)), true);
  });
});

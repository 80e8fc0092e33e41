import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstDifference } from '#src/load/difference.js';

test('equal values have no difference, whatever the order of their keys', () => {
  assert.equal(firstDifference({ a: [1, { b: null }], c: 'x' }, { c: 'x', a: [1, { b: null }] }), null);
  assert.equal(firstDifference(undefined, undefined), null);
});

test('the first difference is told by its path', () => {
  assert.deepEqual(firstDifference(1, 2), []);
  assert.deepEqual(firstDifference({ a: 1, b: { c: [1, 2] } }, { a: 1, b: { c: [1, 3] } }), ['b', 'c', 1]);
  assert.deepEqual(firstDifference({ a: 1 }, { a: 1, b: 2 }), ['b']);
  assert.deepEqual(firstDifference({ a: 1, b: 2 }, { a: 1 }), ['b']);
  assert.deepEqual(firstDifference({ a: [] }, { a: {} }), ['a']);
  assert.deepEqual(firstDifference({ a: undefined }, {}), ['a']);
  assert.deepEqual(firstDifference([1], [1, 2]), [1]);
  assert.deepEqual(firstDifference({ a: '1' }, { a: 1 }), ['a']);
});

test('parts that are used many times are compared once', () => {
  const doubled = (): unknown => Array.from({ length: 40 }).reduce<unknown>((inner) => [inner, inner], 'leaf');
  assert.equal(firstDifference(doubled(), doubled()), null);
});

/** What is written at the end of a turn. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atTurnsEnd } from '#src/gateway/runtime/wire/turn.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('nothing of it before the turn ends, then all of it in order, and what is added meanwhile in the next', async () => {
  const written: number[] = [];
  atTurnsEnd(() => {
    written.push(1);
    atTurnsEnd(() => void written.push(3));
  });
  atTurnsEnd(() => void written.push(2));
  await Promise.resolve();
  assert.deepEqual(written, []);
  await turn();
  assert.deepEqual(written, [1, 2]);
  await turn();
  assert.deepEqual(written, [1, 2, 3]);
});

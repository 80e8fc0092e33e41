/** What a message takes as values is known before it is parsed, and never much less than it really takes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessage } from '#src/gateway/runtime/decision/message.js';

const weightOf = (args: string): number => {
  const parsed = parseMessage(Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":${args}}}`), 64);
  return parsed.ok ? parsed.weight : assert.fail(parsed.reason);
};
const many = (count: number, one: (i: number) => string): string => Array.from({ length: count }, (_, i) => one(i)).join(',');

test('field-29 one object of many names weighs what its table takes', () => {
  const members = many(100_000, (i) => `"${i}x":1`);
  assert.ok(weightOf(`{${members}}`) > 100 * 100_000);
});

test('field-29 small objects weigh less than eight times their text', () => {
  const points = `[${many(10_000, (i) => `{"x":${i}.25,"y":${i}.5}`)}]`;
  assert.ok(weightOf(points) < 8 * points.length);
});

test('field-29 what would take more than it may is refused before it is parsed', () => {
  const members = many(10_000, (i) => `"${i}x":1`);
  const parsed = parseMessage(Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"x","params":{${members}}}`), 64, 500_000);
  assert.deepEqual([parsed.ok, !parsed.ok && parsed.reason], [false, 'body-too-large']);
});

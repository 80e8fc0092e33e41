import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMessages, unsupported } from '#src/gateway/runtime/stdio/message.js';
import { frame } from '#src/gateway/runtime/wire/event-stream.js';

const kinds = (text: string): unknown => {
  const read = readMessages(text);
  return typeof read === 'number' ? read : read.messages.map(({ shape }) => shape);
};

test('messages are told apart', () => {
  assert.deepEqual(kinds('{"id":1,"method":"a"}'), ['request']);
  assert.deepEqual(kinds('{"id":"","method":"a","params":[]}'), ['request']);
  assert.deepEqual(kinds('{"method":"a"}'), ['notification']);
  assert.deepEqual(kinds('{"id":1,"result":null}'), ['response']);
  assert.deepEqual(kinds('{"id":null,"error":{}}'), ['response']);
  assert.deepEqual(kinds('[{"id":1,"method":"a"},{"method":"b"},{"id":0,"result":{}}]'), ['request', 'notification', 'response']);
});

test('what is no message is refused', () => {
  for (const text of ['', 'null x', '{"id":1,', 'undefined']) assert.equal(kinds(text), -32700, text);
  const shapes = ['null', '1', '"x"', '[]', '{}', '{"id":1}', '{"id":null,"method":"a"}', '{"id":{},"method":"a"}', '[{"method":"a"},7]', '[[]]'];
  for (const text of shapes) assert.equal(kinds(text), -32600, text);
});

test('only revisions with sessions are served', () => {
  const of = (header: string | undefined, claim?: unknown): unknown => {
    const read = readMessages(JSON.stringify({ id: 1, method: 'a', params: { _meta: { 'io.modelcontextprotocol/protocolVersion': claim } } }));
    return unsupported(header, typeof read === 'number' ? [] : read.messages);
  };
  for (const version of [undefined, '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) assert.equal(of(version), undefined);
  assert.equal(of('2026-07-28'), '2026-07-28');
  assert.equal(of('nonsense'), 'nonsense');
  assert.equal(of('2025-11-25', '2026-07-28'), '2026-07-28');
  assert.equal(of(undefined, 7), 7);
});

test('an event has one data line, whatever the JSON was', () => {
  assert.equal(String(frame('{"a":1,\r\n"b":\n2}')), 'event: message\ndata: {"a":1,  "b": 2}\n\n');
});

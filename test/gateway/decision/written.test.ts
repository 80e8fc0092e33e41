/** What of a body is kept as it was written, because a double does not hold it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMessage } from '#src/gateway/runtime/decision/message.js';

test('field-03b an introduction is kept as it was written, but for the space in it', () => {
  const able = String.raw`{ "experimental" :{"a b":[ 9007199254740993,1e400, 0.1000000000000000055,"\\" , "\u00e9 "]}}`;
  const params = `{"capabilities": ${able},"protocolVersion":"2025-11-25"}`;
  const parsed = parseMessage(Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"initialize","params":${params}}`), 64);
  const kept = String.raw`{"experimental":{"a b":[9007199254740993,1e400,0.1000000000000000055,"\\","\u00e9 "]}}`;
  const written = `{"protocolVersion":"2025-11-25","capabilities":${kept},"clientInfo":{"name":"","version":""}}`;
  assert.equal(parsed.ok && parsed.message.initialize?.text, written);
});

test('field-03b an id that no double holds is kept as it was written', () => {
  const written = (id: string, rest = '"method":"x"'): unknown => {
    const parsed = parseMessage(Buffer.from(`{"jsonrpc":"2.0","id": ${id} ,${rest}}`), 64);
    return parsed.ok ? parsed.message.writtenId : parsed.writtenId;
  };
  for (const id of ['9007199254740993', '-1e400', '0.1000000000000000055']) for (const rest of [undefined, '"method":1']) assert.equal(written(id, rest), id);
  for (const id of ['1', '-7', '"9007199254740993"', 'null']) assert.equal(written(id), undefined);
});

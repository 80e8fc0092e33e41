/** What is known of the names that a server lists. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '#src/gateway/runtime/answer/call.js';
import { createCatalogue } from '#src/gateway/runtime/answer/items/catalogue.js';
import type { UpstreamResponse } from '#src/gateway/runtime/upstream/upstream.js';

const asking = {
  owner: 'acme\nanonymous',
  pool: { server: 'search' },
  table: { timeouts: { firstByte: 1000 } },
  era: 'legacy',
  request: { method: 'POST', query: '', headers: {}, body: Buffer.from('{}'), signal: new AbortController().signal },
  message: { elements: [{ items: [{ kind: 'tool', name: 'read' }] }] },
} as unknown as Call;

test('calls that come at once wait for one list, and a server that will not list is an answer to all of them', async () => {
  const { lacks } = createCatalogue();
  const waiting: ((response: UpstreamResponse) => void)[] = [];
  const ask = (): Promise<UpstreamResponse> => new Promise((resolve) => void waiting.push(resolve));
  const calls = Array.from({ length: 64 }, () => lacks(asking, ask));
  const refused = { status: 400, headers: {}, body: Buffer.from('no') } as unknown as UpstreamResponse;
  for (const answer of waiting) answer(refused);
  assert.deepEqual(new Set(await Promise.all(calls)), new Set([false]));
  assert.equal(waiting.length, 1);
});

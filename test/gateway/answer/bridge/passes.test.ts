/** What passes costs no promise: the bridge knows at once of every call that it has nothing to do with. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBridge } from '#src/gateway/runtime/answer/bridge/bridge.js';
import * as toLegacy from '#src/gateway/runtime/answer/bridge/to-legacy.js';
import * as toModern from '#src/gateway/runtime/answer/bridge/to-modern.js';
import type { Call } from '#src/gateway/runtime/answer/call.js';

const json = (fields: object) => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 'mcpgen', ...fields })),
});
const REVISIONS = ['2025-06-18', '2025-11-25', '2026-07-28'] as const;

function stand() {
  const sent: string[] = [];
  /** What the server says to a look. */
  let look: object = {};
  const pool = { server: 'x' };
  const send: Call['send'] = async ({ body }) => {
    const { method } = JSON.parse(`${body}`) as { method: string };
    sent.push(method);
    return { instance: { id: 'one' }, response: json(method === 'server/discover' ? look : { result: { passed: true } }) } as never;
  };
  const call = (era: 'legacy' | 'modern', revision: string, method = 'tools/list'): Call =>
    ({
      pool,
      table: { revision, timeouts: { connect: 1000, firstByte: 1000, response: 1000 }, transform: null },
      request: { method: 'POST', headers: {}, body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id: 1, method })), signal: new AbortController().signal },
      message: { shape: 'request', id: 1, method, claim: '2026-07-28', initialize: null },
      era,
      session: null,
      send,
    }) as unknown as Call;
  const bridge = createBridge(() => {});
  bridge.configure({ revisions: REVISIONS, toLegacy, toModern });
  return { bridge, call, sent, answers: (reply: object) => void (look = reply) };
}

describe('a call that passes', () => {
  test('is known at once where client and server speak the same, and where a legacy client is past its introduction', () => {
    const { bridge, call, sent } = stand();
    for (const [era, revision] of [[
      'legacy',
      'legacy',
    ], ['modern', 'modern'], ['legacy', 'auto']] as const) assert.equal(bridge.answer(call(era, revision)), null);
    assert.deepEqual(sent, []);
  });

  for (const [what, reply] of [
    ['showed a modern server', { result: { supportedVersions: ['2026-07-28'] } }],
    ['showed nothing', { result: {} }],
  ] as const) {
    test(`is known at once after a look that ${what}; before, one look is waited for, and then it is sent`, async () => {
      const { bridge, call, sent, answers } = stand();
      answers(reply);
      const both = [bridge.answer(call('modern', 'auto')), bridge.answer(call('modern', 'auto'))];
      for (const answer of both) assert.ok(answer instanceof Promise);
      for (const answered of await Promise.all(both)) assert.match(`${answered?.response.body as Buffer}`, /passed/);
      assert.deepEqual(sent, ['server/discover', 'tools/list', 'tools/list']);
      assert.equal(bridge.answer(call('modern', 'auto')), null);
    });
  }

  test('a server that the look showed to be legacy is not asked: the client is told to fall back', async () => {
    const { bridge, call, sent, answers } = stand();
    answers({ error: { code: -32601, message: 'no' } });
    for (let n = 0; n < 2; n++) {
      const answered = await bridge.answer(call('modern', 'auto'));
      assert.equal(answered?.response.status, 400);
      const { error } = JSON.parse(`${answered?.response.body as Buffer}`) as { error: { code: number; data: unknown } };
      const said = { supported: ['2025-06-18', '2025-11-25'], requested: '2026-07-28' };
      assert.deepEqual([error.code, error.data], [-32022, { ...said, reason: 'revision-not-served', requestId: null }]);
    }
    assert.deepEqual(sent, ['server/discover']);
  });
});

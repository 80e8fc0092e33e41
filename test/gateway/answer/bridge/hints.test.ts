/** What is kept of a modern server's own words: as long as it allows, for whom it allows, and within bounds. */
import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { createHints } from '#src/gateway/runtime/answer/bridge/hints.js';
import { encodeHeader } from '#src/gateway/runtime/answer/bridge/requests.js';
import type { Call } from '#src/gateway/runtime/answer/call.js';
import { decodeHeader } from '#src/gateway/runtime/decision/revision.js';
import type { UpstreamRequest } from '#src/gateway/runtime/upstream/upstream.js';
import { randomOf } from '../../../support/random.js';
import type { Json } from './support.js';

/** A server that says this of caching, and how often it was asked. */
function server(caching: Json, schema: Json = {}) {
  let asked = 0;
  const pool = {};
  const send = async ({ body }: UpstreamRequest): Promise<unknown> => {
    asked++;
    const { id, method } = JSON.parse(`${body}`) as Json;
    const result = method === 'tools/list' ? { tools: [{ name: 't', inputSchema: schema }] } : { supportedVersions: ['2026-07-28'], instructions: `${asked}` };
    return {
      instance: {},
      response: { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, result: { ...result, ...caching } })) },
    };
  };
  const call = (owner: string) => ({ pool, owner, table: { timeouts: { firstByte: 1000 } }, request: { headers: {} }, send }) as unknown as Call;
  return { call, asked: () => asked };
}

describe('hints', () => {
  for (const [scope, times] of [['public', 1], ['private', 2], [undefined, 2]] as const) {
    test(`a description that is ${scope ?? 'of no declared scope'} is asked for ${times === 1 ? 'once' : 'by each owner'}`, async () => {
      const { call, asked } = server({ ttlMs: 60_000, cacheScope: scope });
      const hints = createHints();
      for (const owner of ['a', 'b', 'a', 'b']) await hints.discover(call(owner));
      assert.equal(asked(), times);
    });
  }

  test('it is kept for its time, an hour at most; tools for a minute at least', async () => {
    let now = 1000;
    const clock = mock.method(performance, 'now', () => now);
    try {
      for (const [ttlMs, after, isKept] of [
        [5000, 4999, true], [5000, 5001, false], [1e12, 3_599_999, true], [1e12, 3_600_001, false], [0, 1, false], ['x', 1, false],
      ] as const) {
        const { call, asked } = server({ ttlMs });
        const hints = createHints();
        await hints.discover(call('a'));
        now += after;
        await hints.discover(call('a'));
        assert.equal(asked(), isKept ? 1 : 2, `${ttlMs} after ${after}`);
      }
      const { call, asked } = server({ ttlMs: 0 });
      const hints = createHints();
      for (const after of [0, 59_999, 2]) {
        now += after;
        await hints.paramHeaders(call('a'), { name: 't' }, false);
      }
      assert.equal(asked(), 2);
    } finally {
      clock.mock.restore();
    }
  });

  test('field-30 what is kept of a tool is what its headers need, and what is larger than a share is asked for again, at nobody else’s cost', async () => {
    const hints = createHints();
    const many = (property: Json): Json => ({ properties: Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`property-${n}`, property])) });
    const small = server({ ttlMs: 60_000 }, { properties: { a: { 'x-mcp-header': 'A' } } });
    const plain = server({ ttlMs: 60_000 }, many({ type: 'string', description: 'x'.repeat(100) }));
    const huge = server({ ttlMs: 60_000 }, many({ 'x-mcp-header': `H${'h'.repeat(100)}` }));
    const ask = ({ call }: typeof small, server: string, owner: string) => {
      const asking = call(owner);
      return hints.paramHeaders({ ...asking, pool: Object.assign(asking.pool, { server }) }, { name: 't', arguments: { a: 'b' } }, false);
    };
    for (let n = 0; n < 3; n++) {
      assert.deepEqual(await ask(small, 'small', 't\none'), { 'mcp-param-a': 'b' });
      await ask(plain, 'plain', 't\ntwo');
      await ask(huge, 'huge', 't\ntwo');
    }
    assert.deepEqual([small.asked(), plain.asked(), huge.asked()], [1, 1, 3]);
  });

  test('headers repeat strings, numbers and booleans that annotated properties alone lead to', async () => {
    const annotated = (header: unknown): Json => ({ 'x-mcp-header': header });
    const schema = {
      ...annotated('Root'),
      properties: {
        ...{
          s: annotated('S'),
          n: annotated('N'),
          b: annotated('B'),
          missing: annotated('M'),
          nil: annotated('Nil'),
          object: annotated('O'),
          bad: annotated('not a token'),
        },
        deep: { properties: { constructor: annotated('C'), x: annotated('X') } },
      },
      anyOf: [{ properties: { s: annotated('Other') } }],
    };
    const { call } = server({}, schema);
    const headers = await createHints().paramHeaders(
      call('a'),
      { name: 't', arguments: { s: 'é', n: 0, b: false, nil: null, object: {}, bad: 'x', deep: { x: 1.5 } } },
      false,
    );
    assert.deepEqual(headers, { 'mcp-param-s': '=?base64?w6k=?=', 'mcp-param-n': '0', 'mcp-param-b': 'false', 'mcp-param-x': '1.5' });
  });

  test('a value survives its header, whatever it is', (t) => {
    const { seed, below, pick } = randomOf();
    t.diagnostic(`MCPGEN_SEED=${seed}`);
    for (let round = 0; round < 2000; round++) {
      const value = Array.from({ length: below(8) }, () => pick([' ', 'a', 'é', '\t', '\n', '=?base64?', '?=', 'QQ==', '😀', '\u007f', '"'])).join('');
      const encoded = encodeHeader(value);
      assert.match(encoded, /^(?:[!-~](?:[ -~]*[!-~])?)?$/, `MCPGEN_SEED=${seed}`);
      assert.equal(decodeHeader(encoded), value, `MCPGEN_SEED=${seed}`);
    }
  });
});

/** The part of the limits that one of several processes enforces. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shareOf } from '#src/gateway/runtime/operate/workers/share.js';
import { gatewayConfig, tablesOf } from '../../../support/gateway-tables.js';

const limits = { perAddress: '20/s', streams: 2000, sessions: 2, perClient: { rate: '30/min', streams: 4 } };
const tenants = { one: { match: { host: 'one.com' }, servers: '*', rate: '3/min', streams: 9, sessions: 1 }, two: { match: { path: true }, servers: '*' } };
const { raw } = tablesOf(gatewayConfig({ tenants, gateway: { limits } }));

describe('a share of the limits', () => {
  test('is rounded down, and never nothing; a rate is exactly its part', () => {
    const { limits, tenants, ...rest } = shareOf(raw, 3);
    assert.deepEqual([limits.streams, limits.sessions, limits.perAddress], [666, 1, { tokens: 6, window: 900 }]);
    assert.deepEqual(limits.perClient, { rate: { tokens: 10, window: 60_000 }, streams: 1, fromEnvironment: false });
    const [one, two] = tenants.map(([, { rate, streams, sessions }]) => ({ rate, streams, sessions }));
    assert.deepEqual(one, { rate: { tokens: 1, window: 60_000 }, streams: 3, sessions: 1 });
    assert.deepEqual(two, { rate: null, streams: null, sessions: null });
    const { limits: whole, tenants: _, ...others } = raw;
    assert.deepEqual(rest, others);
    const nothing = { streams: 0, sessions: 0, perAddress: 0, perClient: 0 };
    assert.deepEqual({ ...limits, ...nothing }, { ...whole, ...nothing });
  });

  test('fewer tokens than workers come more rarely', () => {
    assert.deepEqual(shareOf(raw, 40).limits.perAddress, { tokens: 1, window: 2000 });
  });

  test('of all workers together is no more than the whole', () => {
    for (let workers = 1; workers <= 20; workers++) {
      const { streams, perAddress } = shareOf(raw, workers).limits;
      assert.ok(streams * workers <= 2000);
      assert.ok(Math.abs((perAddress.tokens / perAddress.window) * workers - 20 / 1000) < 1e-12);
    }
  });
});

/** Token buckets: what may pass in any stretch of time, and what a bucket costs. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createBuckets } from '#src/gateway/runtime/identity/bucket.js';
import { randomOf } from '../../support/random.js';

describe('buckets', () => {
  test('a bucket’s worth at once, then one for each refilled token', () => {
    const buckets = createBuckets({ tokens: 3, window: 3000 });
    assert.deepEqual([0, 0, 0, 0].map((now) => buckets.take('a', now)), [0, 0, 0, 1]);
    assert.equal(buckets.take('a', 999), 1);
    assert.equal(buckets.take('a', 1000), 0);
    assert.equal(buckets.take('a', 1000), 1);
    assert.deepEqual([60_000, 60_000, 60_000, 60_000].map((now) => buckets.take('a', now)), [0, 0, 0, 1]);
  });

  test('keys have a bucket each', () => {
    const buckets = createBuckets({ tokens: 1, window: 1000 });
    assert.deepEqual(['a', 'b', 'a', '__proto__', '__proto__'].map((key) => buckets.take(key, 0)), [0, 0, 1, 0, 1]);
  });

  test('a penalty costs one more, and no bucket goes below empty', () => {
    const buckets = createBuckets({ tokens: 4, window: 4000 });
    buckets.take('a', 0);
    buckets.penalise('a', 0);
    assert.deepEqual([0, 0, 0].map((now) => buckets.take('a', now)), [0, 0, 1]);
    for (let i = 0; i < 100; i++) buckets.penalise('a', 0);
    assert.equal(buckets.take('a', 1000), 0);
  });

  test('in whatever stretch of time, no more passes than a bucket and its refill', () => {
    const { seed, below, pick } = randomOf();
    for (let round = 0; round < 200; round++) {
      const rate = { tokens: 1 + below(20), window: pick([1000, 60_000, 3_600_000]) };
      const buckets = createBuckets(rate);
      const passed: number[] = [];
      let now = below(1e6);
      for (let i = 0; i < 200; i++) {
        now += pick([0, 0, 1, below(50), below(rate.window)]);
        if (below(10) === 0) buckets.penalise('a', now);
        if (buckets.take('a', now) === 0) passed.push(now);
      }
      for (let from = 0; from < passed.length; from++) {
        for (let to = from; to < passed.length; to++) {
          const span = (passed[to] ?? 0) - (passed[from] ?? 0);
          const most = rate.tokens + (span * rate.tokens) / rate.window;
          assert.ok(to - from + 1 <= most + 1e-6, `MCPGEN_SEED=${seed}: ${to - from + 1} in ${span} ms with ${JSON.stringify(rate)}`);
        }
      }
    }
  });

  test('who waits as long as it was told gets one', () => {
    const { seed, below, pick } = randomOf();
    for (let round = 0; round < 500; round++) {
      const rate = { tokens: 1 + below(200), window: pick([1000, 60_000, 3_600_000]) };
      const buckets = createBuckets(rate);
      let now = below(1e6);
      for (let i = 0; i < 50; i++) {
        const wait = buckets.take('a', now);
        if (wait === 0) continue;
        assert.ok(Number.isInteger(wait) && wait >= 1, `MCPGEN_SEED=${seed}`);
        assert.ok((wait - 1) * 1000 < rate.window / rate.tokens, `MCPGEN_SEED=${seed}: ${wait} s is longer than a token takes, ${JSON.stringify(rate)}`);
        now += wait * 1000;
        assert.equal(buckets.take('a', now), 0, `MCPGEN_SEED=${seed}: after ${wait} s, ${JSON.stringify(rate)}`);
      }
    }
  });

  test('a clock that is set back costs nobody their tokens', () => {
    const buckets = createBuckets({ tokens: 10, window: 1000 });
    assert.equal(buckets.take('a', 3_600_000), 0);
    assert.equal(buckets.take('a', 0), 0, 'there were nine left');
    assert.equal(buckets.take('a', 1000), 0, 'and a second refills ten');
  });

  test('a flood of keys is forgotten: each new one costs little, and memory is bounded', () => {
    const buckets = createBuckets({ tokens: 100, window: 60_000 });
    for (let i = 0; i < 50_000; i++) buckets.take(`before-${i}`, 0);
    const started = performance.now();
    for (let i = 0; i < 2000; i++) buckets.take(`flood-${i}`, 1);
    const took = performance.now() - started;
    assert.ok(took < 5000, `2000 new keys took ${Math.round(took)} ms`);
  });

  test('a flood of keys does not refill the one that is used all the time', () => {
    const buckets = createBuckets({ tokens: 2, window: 3_600_000 });
    buckets.take('guesser', 0);
    buckets.take('guesser', 0);
    for (let i = 0; i < 60_000; i++) {
      buckets.take(`other-${i}`, 1);
      if (i % 1000 === 0) assert.notEqual(buckets.take('guesser', 1), 0, `refilled after ${i} others`);
    }
  });
});

/** How many sessions and streams are open. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOpenCounts } from '#src/gateway/runtime/identity/open-counts.js';
import { createSealer } from '#src/gateway/runtime/identity/session.js';

describe('ledger', () => {
  test('streams, in all and by tenant; ending one twice ends it once', () => {
    const ledger = createOpenCounts();
    const [one, two] = [ledger.openStream('a'), ledger.openStream('a')];
    const three = ledger.openStream('b');
    assert.deepEqual([ledger.streams, ledger.streamsOf('a'), ledger.streamsOf('b'), ledger.streamsOf('c')], [3, 2, 1, 0]);
    one();
    one();
    assert.deepEqual([ledger.streams, ledger.streamsOf('a')], [2, 1]);
    two();
    three();
    assert.deepEqual([ledger.streams, ledger.streamsOf('a'), ledger.streamsOf('b')], [0, 0, 0]);
  });
  test('sessions, once each', () => {
    const ledger = createOpenCounts();
    assert.ok(ledger.openSession('1', 'a', 100));
    assert.ok(!ledger.openSession('1', 'a', 100));
    assert.ok(ledger.openSession('2', 'b', 200));
    assert.deepEqual([ledger.sessions, ledger.sessionsOf('a'), ledger.sessionsOf('b')], [2, 1, 1]);
    assert.ok(ledger.endSession('1'));
    assert.ok(!ledger.endSession('1'));
    assert.ok(!ledger.endSession('never'));
    assert.deepEqual([ledger.sessions, ledger.sessionsOf('a')], [1, 0]);
  });
  test('sessions of sealed ids are told apart, whatever their length', () => {
    const ledger = createOpenCounts();
    const { seal } = createSealer(['a-key-of-more-than-thirty-two-bytes-1'], 5000, () => 0);
    const ids = Array.from({ length: 300 }, (_, i) => {
      const state = { transport: 'mcp', init: null, tenant: 'a', principal: 'x'.repeat(i % 4), issuedAt: 0, legs: [] } as const;
      return seal(state) ?? assert.fail('not sealed');
    });
    for (const id of ids) assert.ok(ledger.openSession(id, 'a', 100));
    for (const id of ids) assert.ok(!ledger.openSession(id, 'a', 100));
    assert.equal(ledger.sessions, 300);
    for (const id of ids) assert.ok(ledger.endSession(id));
    assert.equal(ledger.sessions, 0);
  });
  test('what has expired is forgotten, whatever the order it came in: a reload may have changed how long sessions last', () => {
    const ledger = createOpenCounts();
    ledger.openSession('long', 'a', 1000);
    ledger.openSession('short', 'a', 50);
    ledger.openSession('last', 'a', 60);
    assert.equal(ledger.expire(55), 1);
    assert.equal(ledger.expire(60), 1);
    assert.deepEqual([ledger.sessions, ledger.sessionsOf('a')], [1, 1]);
  });
});

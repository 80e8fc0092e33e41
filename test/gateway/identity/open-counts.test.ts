/** How many sessions and streams are open. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOpenCounts, type OpenCounts } from '#src/gateway/runtime/identity/open-counts.js';
import type { Holder } from '#src/gateway/runtime/process/places.js';
import { createSealer } from '#src/gateway/runtime/identity/session.js';

const caller = (tenant: string, name = 'one', hasPeers = false): Holder => ({ tenant, caller: name, hasNeighbours: true, hasPeers });
const a = caller('a');
const b = caller('b');
const LIMITS = { all: 16, own: null };
const stream = (ledger: OpenCounts, who: Holder): (() => void) | null => ledger.openStream(who, LIMITS);

describe('ledger', () => {
  test('streams; ending one twice ends it once', () => {
    const ledger = createOpenCounts();
    const [one, two] = [stream(ledger, a), stream(ledger, a)];
    const three = stream(ledger, b);
    assert.equal(ledger.streams, 3);
    one?.();
    one?.();
    assert.equal(ledger.streams, 2);
    two?.();
    three?.();
    assert.equal(ledger.streams, 0);
  });
  test('sessions, once each', () => {
    const ledger = createOpenCounts();
    assert.ok(ledger.openSession('1', a, 100));
    assert.ok(!ledger.openSession('1', a, 100));
    assert.ok(ledger.openSession('2', b, 200));
    assert.deepEqual(ledger.sessions, 2);
    assert.ok(ledger.endSession('1'));
    assert.ok(!ledger.endSession('1'));
    assert.ok(!ledger.endSession('never'));
    assert.deepEqual(ledger.sessions, 1);
  });
  test('sessions of sealed ids are told apart, whatever their length', () => {
    const ledger = createOpenCounts();
    const { seal } = createSealer(['a-key-of-more-than-thirty-two-bytes-1'], 5000, () => 0);
    const ids = Array.from({ length: 300 }, (_, i) => {
      const state = { transport: 'mcp', init: null, tenant: 'a', principal: 'x'.repeat(i % 4), issuedAt: 0, legs: [] } as const;
      return seal(state) ?? assert.fail('not sealed');
    });
    for (const id of ids) assert.ok(ledger.openSession(id, a, 100));
    for (const id of ids) assert.ok(!ledger.openSession(id, a, 100));
    assert.equal(ledger.sessions, 300);
    for (const id of ids) assert.ok(ledger.endSession(id));
    assert.equal(ledger.sessions, 0);
  });
  test('what has expired is forgotten, whatever the order it came in: a reload may have changed how long sessions last', () => {
    const ledger = createOpenCounts();
    ledger.openSession('long', a, 1000);
    ledger.openSession('short', a, 50);
    ledger.openSession('last', a, 60);
    assert.equal(ledger.expire(55), 1);
    assert.equal(ledger.expire(60), 1);
    assert.deepEqual([ledger.sessions, ledger.nextExpiry()], [1, 1000]);
  });
});

describe('field-30 shares', () => {
  /** Takes as many as there are. */
  const fill = (take: () => (() => void) | null): number => {
    let taken = 0;
    while (take()) taken++;
    return taken;
  };

  for (const [what, take] of [
    ['streams', (ledger, who) => ledger.openStream(who, LIMITS)],
    ['calls', (ledger, who) => ledger.openCall(who, LIMITS)],
    ['sessions', (ledger, who) => ledger.holdSession(who, LIMITS)],
  ] as readonly [string, (ledger: OpenCounts, who: Holder) => (() => void) | null][]) {
    test(`field-30 of ${what}: a tenant has half of what the others leave, a caller half of what its peers leave of that`, () => {
      const ledger = createOpenCounts();
      const got = ['one', 'two', 'three', 'four'].map((name) => fill(() => take(ledger, caller('a', name, true))));
      assert.deepEqual(got, [4, 2, 1, 1]);
      assert.equal(fill(() => take(ledger, b)), 4);
      assert.ok(take(ledger, caller('c')));
    });
  }

  test('field-30 a tenant’s own limit is had whole by its only caller, and shared by several', () => {
    const own = { all: 1000, own: 8 };
    const alone = createOpenCounts();
    assert.equal(fill(() => alone.openStream(a, own)), 8);
    const shared = createOpenCounts();
    assert.deepEqual(['x', 'y', 'z'].map((name) => fill(() => shared.holdSession(caller('a', name, true), own))), [4, 2, 1]);
  });

  test('field-30 calls that have turned into streams count against the tenant’s own limit, those that have not do not', () => {
    const ledger = createOpenCounts();
    const own = { all: 1000, own: 2 };
    const free = [0, 1, 2].map(() => ledger.openCall(a, own) ?? assert.fail());
    const end = ledger.turnIntoStream(a);
    ledger.turnIntoStream(a);
    assert.equal(ledger.streams, 2);
    assert.deepEqual([ledger.openCall(a, own), ledger.openStream(a, own)], [null, null]);
    end();
    assert.ok(ledger.openCall(a, own));
    for (const one of free) one();
  });
});

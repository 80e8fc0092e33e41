/** Nobody takes the last place. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createPlaces, type Holder } from '#src/gateway/runtime/process/places.js';

const holder = (tenant: string, caller: string, hasNeighbours = true): Holder => ({ tenant, caller, hasNeighbours });

/** Takes one place after the other until there is none. */
function fill(places: ReturnType<typeof createPlaces>, limit: number, who: Holder): (() => void)[] {
  const taken: (() => void)[] = [];
  for (let free = places.take(limit, who); free; free = places.take(limit, who)) taken.push(free);
  return taken;
}

describe('places', () => {
  it('gives a caller half of what the others leave, and a newcomer always finds one', () => {
    const places = createPlaces();
    const got = ['a', 'b', 'c', 'd', 'e', 'f'].map((caller) => fill(places, 16, holder('t', caller, false)).length);
    assert.deepEqual(got, [8, 4, 2, 1, 1, 0]);
    assert.equal(places.held, 16);
  });

  it('gives a tenant half of what the other tenants leave, however many callers it has', () => {
    const places = createPlaces();
    const ofFirst = Array.from({ length: 20 }, (_, n) => fill(places, 16, holder('first', `c${n}`)).length).reduce((sum, n) => sum + n);
    assert.equal(ofFirst, 8);
    assert.equal(places.heldBy('first'), 8);
    assert.ok(places.take(16, holder('second', 'c0')));
  });

  it('takes a place back once, and gives it to whoever asks next', () => {
    const places = createPlaces();
    const free = places.take(1, holder('t', 'a'));
    assert.equal(places.take(1, holder('u', 'b')), null);
    free?.();
    free?.();
    assert.equal(places.held, 0);
    assert.ok(places.take(1, holder('u', 'b')));
  });

  it('counts amounts, and never books more than there is', () => {
    const places = createPlaces();
    assert.ok(places.take(100, holder('t', 'a'), 60));
    assert.equal(places.take(100, holder('t', 'b'), 41), null);
    assert.equal(places.take(100, holder('t', 'a'), 1), null, 'it has more than its half already');
    assert.ok(places.take(100, holder('u', 'b'), 40));
  });

  it('field-30 leaves some of what is a tenant’s to its other callers, where it has some', () => {
    const peers = createPlaces();
    const got = ['a', 'b', 'c', 'd', 'e'].map((caller) => fill(peers, 16, { ...holder('t', caller), hasPeers: true }).length);
    assert.deepEqual(got, [4, 2, 1, 1, 0]);
    assert.equal(fill(createPlaces(), 16, { ...holder('t', 'a'), hasPeers: false }).length, 8);
  });

  it('field-29 books what arrives, and gives back all but what is kept', () => {
    const places = createPlaces();
    const booking = places.book(holder('t', 'a', false));
    assert.ok(booking.add(100, 30) && booking.add(100, 20));
    assert.ok(!booking.add(100, 1), 'half of it is taken');
    assert.equal(places.held, 50);
    booking.keep(60);
    assert.equal(places.held, 50, 'keeping is not booking');
    booking.keep(5);
    booking.keep(0);
    assert.equal(places.held, 0);
    assert.equal(places.heldBy('t', 'a'), 0);
  });
});

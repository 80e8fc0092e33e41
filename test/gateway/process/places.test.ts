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
});

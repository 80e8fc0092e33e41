import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Exchange } from '#src/gateway/runtime/front/exchange.js';
import { createOpenExchanges } from '#src/gateway/runtime/front/open-exchanges.js';

const exchange = (id: string): Exchange => ({ id, openAt: null }) as Exchange;

describe('open exchanges', () => {
  it('are those that have entered and not left', () => {
    const open = createOpenExchanges();
    const [a, b, c] = [exchange('a'), exchange('b'), exchange('c')];
    for (const one of [a, b, c]) open.add(one);
    open.delete(b);
    assert.deepEqual(open.all(), [a, c]);
    open.delete(a);
    open.delete(c);
    assert.deepEqual(open.all(), []);
  });

  it('leave once: whoever has their place afterwards keeps it', () => {
    const open = createOpenExchanges();
    const [before, after] = [exchange('before'), exchange('after')];
    open.add(before);
    open.delete(before);
    open.add(after);
    open.delete(before);
    assert.deepEqual([open.all(), after.openAt], [[after], 0], 'the place is used again');
  });

  it('may leave without having entered', () => {
    const open = createOpenExchanges();
    const one = exchange('one');
    open.add(one);
    open.delete(exchange('refused'));
    assert.deepEqual(open.all(), [one]);
  });

  it('can leave while somebody goes through them', () => {
    const open = createOpenExchanges();
    const all = [exchange('a'), exchange('b')];
    for (const one of all) open.add(one);
    for (const one of open.all()) open.delete(one);
    assert.deepEqual(open.all(), []);
  });
});
